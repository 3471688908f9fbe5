"""A dated rule as a plain fact: a limit, a fee, a threshold. A case keeps the rows in force when its clock started."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.statutes.terms import UNITS, ClockError, Limit

# Units of parameters that are not lengths of time.
PARAMETER_UNITS = ("fen", "count", "ratio", "text", "list", "flag")
RULE_UNITS = (*UNITS, *PARAMETER_UNITS)
_DATES = ("valid_from", "valid_to")


class RuleError(DomainError):
    """A rule says something that cannot be used as it was asked for."""

    status = 422


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row in force. ``value`` is a whole number for limits and money, a decimal string for ratios.

    ``silence`` says what the law makes of no answer in time (``deemed_accepted``, ``deemed_renewed``, ``deemed_agreed``
    or nothing); ``region`` is the division's code without trailing zeros, ``00`` for the nation.
    """

    key: str
    value: Any
    unit: str
    title: str = ""
    clock_start: str = ""
    extension: int | None = None
    max_extensions: int = 0
    rolls: bool = True
    silence: str = ""
    citation: str = ""
    article: str = ""
    region: str = "00"
    regime: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    confirmed: bool = False
    note: str = ""
    id: str = ""

    @property
    def is_limit(self) -> bool:
        return self.unit in UNITS

    def limit(self) -> Limit:
        """The length of time that this row states."""
        return Limit(self.value, self._time_unit(), self.rolls)

    def extension_limit(self) -> Limit | None:
        """By how much the limit may be extended once, in its own unit; ``None`` when it may not."""
        return Limit(self.extension, self._time_unit(), self.rolls) if self.extension else None

    def _time_unit(self) -> Any:
        if not self.is_limit:
            raise RuleError("rule_not_a_limit", f"“{self.key}”是参数，不是期限。", key=self.key)
        return self.unit

    def fen(self) -> int:
        """Money in whole fen."""
        if self.unit != "fen" or not isinstance(self.value, int):
            raise RuleError("rule_not_money", f"“{self.key}”不是金额。", key=self.key)
        return self.value

    def number(self) -> Decimal:
        """A count or a ratio."""
        try:
            return Decimal(str(self.value))
        except InvalidOperation:
            raise RuleError("rule_not_a_number", f"“{self.key}”不是数。", key=self.key) from None

    @property
    def basis(self) -> str:
        """Where it is written: ``《行政许可法》第四十二条``."""
        return f"{self.citation}{self.article}"

    @property
    def words(self) -> str:
        """The value as people read it: ``20个工作日``, ``400.00元``."""
        if self.is_limit:
            return self.limit().words
        if self.unit == "fen":
            return f"{Decimal(self.value) / 100:.2f}元"
        if self.unit == "ratio":
            return f"{(self.number() * 100).normalize():f}%"
        if self.unit == "flag":
            return "是" if self.value else "否"
        return "、".join(map(str, self.value)) if isinstance(self.value, list) else str(self.value)

    def to_json(self) -> dict[str, Any]:
        """The row as JSON, whole; :meth:`from_json` reads it back equal."""
        row = asdict(self)
        return row | {name: row[name].isoformat() if row[name] else None for name in _DATES}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> RuleRow:
        """Read back a kept row; names that a later version added or dropped do no harm."""
        known = {f.name for f in fields(cls)}
        given = {name: value for name, value in row.items() if name in known}
        return cls(**given | {name: date.fromisoformat(given[name]) for name in _DATES if given.get(name)})


def check_value(value: Any, unit: str) -> str | None:
    """The code of what is wrong with a value in its unit, or ``None``."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if unit in UNITS:
        try:
            return None if whole and Limit(value, unit) else "rule_value_whole"
        except ClockError as wrong:
            return wrong.code
    checks = {
        "fen": ("rule_value_fen", whole),
        "count": ("rule_value_whole", whole),
        "ratio": ("rule_value_ratio", _is_decimal(value)),
        "text": ("rule_value_text", isinstance(value, str) and bool(value.strip())),
        "list": ("rule_value_list", isinstance(value, list) and bool(value)),
        "flag": ("rule_value_flag", isinstance(value, bool)),
    }
    code, right = checks.get(unit, ("rule_unit", False))
    return None if right else code


def _is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str | int | float) and not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False
