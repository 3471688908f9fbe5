"""Numbers as plans write them: Arabic digits with commas, Chinese numerals, 万 and 亿."""

from __future__ import annotations

from decimal import Decimal

HAN = "〇零一二两三四五六七八九十百千"
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2} | {c: n for n, c in enumerate("三四五六七八九", 3)}
_PLACES = {"十": 10, "百": 100, "千": 1000}
SCALES = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10**4),
    "百万": Decimal(10**6),
    "千万": Decimal(10**7),
    "亿": Decimal(10**8),
    "百亿": Decimal(10**10),
    "千亿": Decimal(10**11),
    "万亿": Decimal(10**12),
}


def whole(written: str) -> int | None:
    """``12``, ``十二``, ``二〇二五`` or ``一百零三`` as a number; None when it is none."""
    if written.isascii() and written.isdigit():
        return int(written)
    if not written or any(sign not in HAN for sign in written):
        return None
    if not any(sign in _PLACES for sign in written):
        return int("".join(str(_DIGITS[sign]) for sign in written))
    total, digit = 0, 0
    for sign in written:
        if sign in _PLACES:
            total, digit = total + (digit or 1) * _PLACES[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def decimal(written: str) -> Decimal | None:
    """``1,200.5`` or a Chinese numeral."""
    plain = written.replace(",", "")
    if plain.isascii() and plain.replace(".", "", 1).isdigit():
        return Decimal(plain)
    found = whole(written)
    return None if found is None else Decimal(found)


def chinese(value: int) -> str:
    """1 to 99 as a heading has them: 十二."""
    tens, ones = divmod(value, 10)
    signs = "〇一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else signs[tens] + "十") + (signs[ones] if ones or not tens else "")
