"""Masks (脱敏): what may still be seen of a name, a number, a phone, an address.

Every mask is a total function: any string has an answer. A "character" here is what a reader takes for one: a combining
mark or a variation selector belongs to the character before it. Length rules: name, id_number, phone and custom keep the
number of characters; address and hidden end in six stars whatever was there; the empty string stays empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

STAR = "*"
HIDDEN = STAR * 6

# The province, city and county of an address. A county's name has none of the characters that begin a street, a village
# or an estate, or 麓山南路1号大学城小区 would be taken for a county.
_HAN = r"[㐀-䶿一-鿿]"
_NAME = rf"(?:(?![省市区县旗盟州路街道巷弄号栋幢楼室村镇乡组小社园校院苑]){_HAN})"
_AREA = re.compile(
    rf"(?:{_NAME}{{2,7}}(?:省|自治区|特别行政区))?(?:{_NAME}{{2,7}}(?:市|自治州|地区|盟))?(?:{_NAME}{{1,7}}(?:区|县|旗|市))?"
)


@dataclass(frozen=True, slots=True)
class Mask:
    """How one column is masked. ``keep_first`` and ``keep_last`` are for the kind ``custom``."""

    kind: str
    keep_first: int = 0
    keep_last: int = 0

    def __call__(self, value: object) -> object:
        """The masked value; nothing stays nothing, and what is not text is masked as it is written."""
        if value is None:
            return None
        return _KINDS[self.kind](self, str(value))


def characters(text: str) -> list[str]:
    """What a reader takes for characters, in order."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for point in text:
        if found and (unicodedata.category(point)[0] == "M" or point == "\u200d" or found[-1].endswith("\u200d")):
            found[-1] += point
        else:
            found.append(point)
    return found


def keep(text: str, first: int, last: int) -> str:
    """The first and last characters, stars between them. A text that would be shown whole is hidden whole."""
    return _kept(characters(text), first, last)


def _kept(parts: list[str], first: int, last: int) -> str:
    if first + last >= len(parts):
        return STAR * len(parts)
    return "".join(parts[:first]) + STAR * (len(parts) - first - last) + "".join(parts[len(parts) - last :])


def name(text: str) -> str:
    """``李小明`` → ``李*明``, ``李明`` → ``*明``, as government pages print it; a single character is hidden."""
    parts = characters(text)
    return _kept(parts, 1 if len(parts) > 2 else 0, 1)


def id_number(text: str) -> str:
    """``11010519491231002X`` → ``1101**********002X``; a number of 15 digits keeps 4 and 3, so that nothing of the birthday
    shows; other numbers keep 3 and 2 from seven characters on."""
    parts = characters(text)
    length = len(parts)
    if length >= 15:
        return _kept(parts, 4, 3 if length == 15 else 4)
    return _kept(parts, 3, 2) if length >= 7 else STAR * length


def phone(text: str) -> str:
    """``13800138000`` → ``138****8000``; shorter numbers keep the last two, from seven characters on."""
    parts = characters(text)
    length = len(parts)
    if length >= 11:
        return _kept(parts, 3, 4)
    return _kept(parts, 0, 2) if length >= 7 else STAR * length


def address(text: str) -> str:
    """``湖南省长沙市天心区某路1号`` → ``湖南省长沙市天心区******``: nothing below the county; unread, it is hidden whole."""
    found = _AREA.match(text)
    return (found.group() if found else "") + HIDDEN if text else ""


_KINDS: dict[str, Callable[[Mask, str], str]] = {
    "name": lambda _, text: name(text),
    "id_number": lambda _, text: id_number(text),
    "phone": lambda _, text: phone(text),
    "address": lambda _, text: address(text),
    "custom": lambda mask, text: keep(text, mask.keep_first, mask.keep_last),
    "hidden": lambda _, text: HIDDEN if text else "",
}
KINDS = tuple(_KINDS)
