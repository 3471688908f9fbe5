"""The items' part of the profile: ``items/*.yaml``, checked against rules, forms, credentials, bodies and the law.

Everything wrong is a :class:`Problem` with file, line, code and a sentence that says how to mend it.
``check_life_event`` serves the room of life events, which lies above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.services.items import operations
from xiang.services.items.loading import codes, law, materials, references
from xiang.services.items.loading.events import check_life_event
from xiang.services.items.loading.schema import ITEM_SCHEMA

KIND = operations.KIND

__all__ = ["KIND", "check_item", "check_life_event", "register"]

_CHECKS = (
    codes.widths,
    codes.type_is_applied_for,
    codes.regime_fits_type,
    references.all_known,
    law.promise_within_law,
    law.instant_is_instant,
    law.fee_has_basis,
    law.visit_has_reason,
    law.suspension_is_lawful,
    law.cited,
    law.birth_stands_alone,
    materials.of_item,
)


def check_item(row: Row, context: Context) -> Iterator[Problem]:
    """Everything that is wrong with one item, and with the form that it asks for."""
    for check in _CHECKS:
        yield from check(row, context)


def register() -> None:
    """Make the section known; called at start."""
    section = profile.edition_section(
        kind=KIND,
        title="政务服务事项",
        order=profile.Order.ITEMS,
        files="items/*.yaml",
        schema=ITEM_SCHEMA,
        validate=check_item,
    )
    publish, retire = section.apply, section.retire

    def apply(row: Row, context: Context) -> None:
        assert publish is not None
        publish(row, context)
        operations.index(row.key)

    def drop(key: str, context: Context) -> None:
        assert retire is not None
        retire(key, context)
        operations.index(key)

    profile.register(replace(section, apply=apply, retire=drop))
