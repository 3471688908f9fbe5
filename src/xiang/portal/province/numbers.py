"""Numbers that pass every check and belong to nobody.

Each kind stands in a range that was never assigned: divisions 439901 to 439999, mobile segment 154, plates 湘X,
certificate series 99. A test holds the identity numbers and codes against the validators of the parties room.
"""

from __future__ import annotations

from array import array
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

#: Division prefixes of invented people; the population uses the first forty, the named cast the ones from 90.
PREFIX = 439900
POPULATION_PREFIXES = 40
CAST_PREFIX = "439990"
MARRIED_ELSEWHERE_PREFIX = "439991"


def _weigh(text: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))


def resident_id(prefix: str, born: date, sequence: int) -> str:
    """A citizen identity number (GB 11643): odd sequences are men's, even ones women's."""
    body = f"{prefix}{born:%Y%m%d}{sequence:03d}"
    return body + _CHECKS[_weigh(body) % 11]


class ResidentIds:
    """Hands out identity numbers, each once, from birth dates counted in days since ``first``."""

    def __init__(self, first: date, last: date) -> None:
        self._first = first.toordinal()
        days = last.toordinal() - self._first + 1
        self._used = (array("H", bytes(2 * days)), array("H", bytes(2 * days)))
        self._dates = [date.fromordinal(self._first + n).strftime("%Y%m%d") for n in range(days)]
        self._prefixes = [str(PREFIX + 1 + n) for n in range(POPULATION_PREFIXES)]
        # The weighted sums are kept by part, so that a number costs four look-ups instead of seventeen products.
        self._prefix_sums = [_weigh(p) for p in self._prefixes]
        self._date_sums = [_weigh("000000" + d) for d in self._dates]
        self._sequences = [f"{n:03d}" for n in range(1000)]
        self._sequence_sums = [_weigh("0" * 14 + s) for s in self._sequences]

    def next(self, ordinal: int, male: bool) -> str:
        """The next free number of a birth day (a proleptic ordinal) and sex; a day holds some 19,900 of each."""
        day = ordinal - self._first
        used = self._used[male]
        n = used[day]
        used[day] = n + 1
        place = n % POPULATION_PREFIXES
        sequence = (n // POPULATION_PREFIXES) * 2 + (1 if male else 2)
        total = self._prefix_sums[place] + self._date_sums[day] + self._sequence_sums[sequence]
        return self._prefixes[place] + self._dates[day] + self._sequences[sequence] + _CHECKS[total % 11]


def uscc(serial: int, kind: str = "91", region: str = "439900") -> str:
    """A unified social credit code (GB 32100) with both of its checks."""
    subject = "MA"
    for _ in range(6):
        serial, rest = divmod(serial, 31)
        subject = subject[:2] + _USCC_ALPHABET[rest] + subject[2:]
    return _with_checks(kind + region, subject)


def body_uscc(division: str, line: str) -> str:
    """The invented code of a public body, by the rule that ``bodies.yaml`` states."""
    return _with_checks("11439900", division + line)


def _with_checks(head: str, subject: str) -> str:
    value = sum(int(c, 36) * w for c, w in zip(subject, _ORGANISATION_WEIGHTS, strict=True))
    inner = (11 - value % 11) % 11
    body = head + subject + ("X" if inner == 10 else str(inner))
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _USCC_ALPHABET[(31 - total % 31) % 31]


def phone(serial: int) -> str:
    """A mobile number in segment 154, which no operator holds."""
    return f"154{serial:08d}"


def marriage_certificate(county: str, year: int, serial: int) -> str:
    """字号 of a marriage certificate, of an unassigned office."""
    return f"J4399{county[4:]}-{year}-{serial:06d}"


def birth_certificate(year: int, serial: int) -> str:
    """编号 of a birth certificate: a letter by year of print, series 99, seven digits."""
    return f"{'ABCDEFGHJKLMNPQRSTUVWXYZ'[year % 24]}99{serial:07d}"


def security_card(serial: int) -> str:
    """Number of a social security card."""
    return f"Y{serial:08d}"


def bank_account(serial: int) -> str:
    """A card number with its Luhn check, under a bank prefix nobody issues."""
    body = f"62999900{serial:010d}"
    total = 0
    for place, char in enumerate(reversed(body)):
        digit = int(char)
        if place % 2 == 0:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return body + str(-total % 10)


def plate(serial: int) -> str:
    """A number plate under 湘X, which has no city."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    head, tail = divmod(serial, 10000)
    high, low = divmod(head, 24)
    return f"湘X{letters[low]}{tail:04d}" if not high else f"湘X{letters[high % 24]}{letters[low]}{tail:04d}"[:7]
