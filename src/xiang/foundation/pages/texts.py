"""How dates, money and personal numbers are written on a page. Pure functions; the filters call them."""

from __future__ import annotations

from datetime import date, datetime

from xiang.foundation.ground import instant

WEEKDAYS = "一二三四五六日"


def legal_day(value: date | datetime | None, style: str = "") -> str:
    """9月29日（周二）; ``short`` 9月29日; ``year`` 2026年9月29日; ``full`` with both; ``spoken`` 9月29日（星期二）.

    The year is added by itself when it is not the present one: a deadline across New Year must not be misread.
    """
    if value is None:
        return ""
    day = instant.legal_date(value) if isinstance(value, datetime) else value
    with_year = style in ("year", "full") or day.year != instant.today().year
    text = f"{day.year}年{day.month}月{day.day}日" if with_year else f"{day.month}月{day.day}日"
    if style in ("short", "year"):
        return text
    week = "星期" if style == "spoken" else "周"
    return f"{text}（{week}{WEEKDAYS[day.weekday()]}）"


def moment(value: datetime | None) -> str:
    """今天 09:02, 昨天 15:02, 9月21日 09:02, 2025年9月21日 09:02."""
    if value is None:
        return ""
    local = value.astimezone(instant.SHANGHAI)
    days = (instant.today() - local.date()).days
    day = {0: "今天", 1: "昨天", -1: "明天"}.get(days) or legal_day(local.date(), "short")
    return f"{day} {local:%H:%M}"


def yuan(fen: int | None) -> str:
    """Fen as yuan: 40000 → 400.00, 123456789 → 1,234,567.89."""
    if fen is None:
        return ""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(int(fen)), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def mask_id(value: str | None) -> str:
    """An identity number with its middle hidden: 4399**********002X. Short values are hidden whole."""
    text = value or ""
    return text[:4] + "*" * (len(text) - 8) + text[-4:] if len(text) >= 15 else "*" * len(text)


def mask_phone(value: str | None) -> str:
    """138****0917; of anything shorter only the last two digits are shown."""
    text = value or ""
    if len(text) == 11 and text.isdigit():
        return f"{text[:3]}****{text[-4:]}"
    return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 2 else "*" * len(text)


def mask_name(value: str | None) -> str:
    """张*, 张*明: the first character and, from three characters on, the last one. Characters count, not code units."""
    text = value or ""
    if len(text) <= 1:
        return text
    if len(text) == 2:
        return f"{text[0]}*"
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"
