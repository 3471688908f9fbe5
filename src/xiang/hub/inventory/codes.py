"""Codes of catalogue entries (政务数据目录代码). Provinces lay them out differently: a scheme is a registered function."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.standard import Standard

Scheme = Callable[[Standard, str], tuple[str, int]]
_SEQUENCE = 6


def _guide_2017(standard: Standard, category: str) -> tuple[str, int]:
    """类 1 digit, 项 2, 目 3 (000: not divided further), ``/``, then the number within (发改高技〔2017〕1272号)."""
    kind, _, item = category.partition("/")
    for one in standard.said["categories"]:
        if one["title"] == kind:
            place = one["items"].index(item) + 1 if item in one["items"] else 0
            return f"{one['code']}{place:02}000/", _SEQUENCE
    return "000000/", _SEQUENCE


def _flat(standard: Standard, category: str) -> tuple[str, int]:
    """One sequence for everything, for a province that has not divided its catalogue yet."""
    return "ML", 8


SCHEMES: Mapping[str, Scheme] = {"guide_2017": _guide_2017, "flat": _flat}


def next_code(standard: Standard, category: str) -> str:
    """The next free code of a category. Two at once get the same: the unique constraint lets one of them try again."""
    prefix, digits = SCHEMES[standard.said["code_scheme"]](standard, category)
    last = (
        CatalogueEntry.objects.filter(code__startswith=prefix).order_by("-code").values_list("code", flat=True).first()
    )
    return f"{prefix}{int(last[len(prefix) :]) + 1 if last else 1:0{digits}}"
