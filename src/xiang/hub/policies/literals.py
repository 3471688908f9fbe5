"""Right operands as text with a datatype (XML Schema part 2), and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from xiang.hub.policies.model import Value

XSD = "http://www.w3.org/2001/XMLSchema#"
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?"
)


def lexical(value: Value) -> tuple[str, str]:
    """The text of a value and the name of its datatype in ``xsd:``; instants in UTC, so that equal ones read alike."""
    if isinstance(value, str):
        return value, "string"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z"), "dateTime"
    if isinstance(value, date):
        return value.isoformat(), "date"
    if isinstance(value, timedelta):
        return _duration_text(value), "dayTimeDuration"
    return (str(value), "integer") if isinstance(value, int) else (_decimal_text(value), "decimal")


def parsed(text: str, datatype: str) -> Value:
    """The value of a text; ``ValueError`` when it cannot be read. Durations of months or years have no fixed length."""
    try:
        return _READERS[datatype](text)
    except KeyError:
        raise ValueError(datatype) from None
    except (InvalidOperation, OverflowError):
        raise ValueError(text) from None


def to_json(value: Value) -> Any:
    """A string or integer as it is, everything else as JSON-LD writes a typed value."""
    if isinstance(value, str | int):
        return value
    text, datatype = lexical(value)
    return {"@type": f"xsd:{datatype}", "@value": text}


def of_json(document: Any) -> Value:
    """What :func:`to_json` wrote; ``ValueError`` for anything else."""
    if isinstance(document, str | int) and not isinstance(document, bool):
        return document
    if isinstance(document, dict) and document.keys() == {"@type", "@value"}:
        return parsed(document["@value"], document["@type"].removeprefix("xsd:"))
    raise ValueError(document)


def _decimal_text(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _duration_text(value: timedelta) -> str:
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    clock = "".join(
        f"{number}{unit}"
        for number, unit in ((hours, "H"), (minutes, "M"), (f"{seconds}{fraction}", "S"))
        if str(number) != "0"
    )
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    parts = {name: part for name, part in (found.groupdict() if found else {}).items() if part and name != "sign"}
    if found is None or not parts or text.endswith("T"):
        raise ValueError(text)
    seconds = Decimal(parts.get("seconds", "0"))
    length = timedelta(
        days=int(parts.get("days", 0)),
        hours=int(parts.get("hours", 0)),
        minutes=int(parts.get("minutes", 0)),
        seconds=int(seconds),
        microseconds=int(seconds % 1 * 1_000_000),
    )
    return -length if found["sign"] else length


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)


_READERS: dict[str, Callable[[str], Value]] = {
    "string": str,
    "integer": int,
    "int": int,
    "long": int,
    "nonNegativeInteger": int,
    "positiveInteger": int,
    "decimal": _decimal,
    "double": _decimal,
    "float": _decimal,
    "dateTime": _instant,
    "date": date.fromisoformat,
    "duration": _duration,
    "dayTimeDuration": _duration,
}
