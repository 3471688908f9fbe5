"""Codes of items: widths by scheme, the type inside them, and which types may be applied for at all.

Three widths circulate (GB/T 39046-2020 says up to 10 and 24; GB/T 39554.1 and C0109 as practised say 12, 31 and 33), so
the scheme is named beside the code. Nothing here is a limit, fee or threshold of law.
"""

from __future__ import annotations

from collections.abc import Iterator

from xiang.foundation.publishing.profile import Context, Problem, Row

TYPES = {
    "00": "行政权力", "01": "行政许可", "02": "行政处罚", "03": "行政强制", "04": "行政征收", "05": "行政给付",
    "06": "行政检查", "07": "行政确认", "08": "行政奖励", "09": "行政裁决", "10": "其他行政权力", "20": "公共服务",
}  # fmt: skip
"""Item types of GB/T 39046-2020 table A.1."""

APPLIED_FOR = frozenset({"01", "05", "07", "08", "09", "10", "20"})
"""What somebody applies for (依申请). The others an agency begins by itself, so they can never become a case."""

_DIGITS_12 = 12
_WIDTHS = {
    "c0109": {"base": (_DIGITS_12, _DIGITS_12), "implementation": (31, 31)},
    "gbt39046": {"base": (1, 10), "implementation": (1, 24)},
}
_SCHEME_NAMES = {"c0109": "12 位基本编码、31 位实施编码", "gbt39046": "10 位以内基本编码、24 位以内实施编码"}


def widths(row: Row, context: Context) -> Iterator[Problem]:
    """The code is as wide as its scheme says, of upper-case letters and digits, and holds the type of the item."""
    said = row.data["codes"]
    for name, (least, most) in _WIDTHS[said["scheme"]].items():
        code = said.get(name)
        if code is None:
            continue
        if not least <= len(code) <= most:
            rule = _SCHEME_NAMES[said["scheme"]]
            detail = f"编码“{code}”有 {len(code)} 位；{said['scheme']} 规定{rule}。补足位数，或改 scheme。"
            yield row.problem("code_width", detail, at=f"codes.{name}")
        elif not code.isascii() or not code.isalnum() or code != code.upper():
            yield row.problem("code_character", f"编码“{code}”只能用数字和大写字母。", at=f"codes.{name}")
    base = said["base"]
    if said["scheme"] == "c0109" and len(base) == _DIGITS_12 and base[2:4] != row.data["type"]:
        detail = f"基本编码第 3、4 位是“{base[2:4]}”，事项类型写的是“{row.data['type']}”，改成一致。"
        yield row.problem("code_type", detail, at="codes.base")


def type_is_applied_for(row: Row, context: Context) -> Iterator[Problem]:
    """Only what is applied for may be an item of the service catalogue."""
    code = row.data["type"]
    if code not in APPLIED_FOR:
        name = TYPES.get(code, "不认识的类型")
        allowed = "、".join(f"{c} {TYPES[c]}" for c in sorted(APPLIED_FOR))
        detail = f"事项类型“{code} {name}”不是依申请办理的，不能写成办事事项。可以用：{allowed}。"
        yield row.problem("type_not_applied_for", detail, at="type")


def regime_fits_type(row: Row, context: Context) -> Iterator[Problem]:
    """The licence regime with its deemed acceptance is for type 01, and type 01 has no other."""
    licence = row.data["regime"] == "licence"
    if licence and row.data["type"] != "01":
        detail = "只有行政许可（01）能用许可程序：视为受理、二十日加十日都出自行政许可法。把 regime 改成实际的性质。"
        yield row.problem("regime_not_licence", detail, at="regime")
    if not licence and row.data["type"] == "01":
        yield row.problem(
            "regime_must_be_licence", "行政许可（01）要按许可程序办，把 regime 写成 licence。", at="regime"
        )
