"""What transcription did to a text: phonetic debris, lost characters, bytes read at the wrong place.

Notices circulate through tools that annotate characters with their reading, ``數(shù)``, and lose characters while they
do: ``省?shù)據``. Where a byte of GBK text was lost, all that follows is read one byte off until the next loss, ``?ν夂献?``
for 对外合作; such a run can be read again one byte later. A suggestion is worked out or there is none; a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pypinyin import Style, pinyin

from xiang.oversight.plan.engine.characters import HAN, one_form, simplified

LOST = "□"
_TONED = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿêɡ"
_READING = re.compile(rf"(?<=[{HAN}])[(（]([{_TONED}]{{1,7}})[)）]")
_LOST_READING = re.compile(rf"[?？\ufffd][(（]?([{_TONED}]{{1,7}})[)）]")
_TONELESS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿêɡ", "aaaaeeeeiiiioooouuuuüüüünnnmeg")
_MARK = re.compile(r"[?？\ufffd]")
_HAN = re.compile(rf"[{HAN}]")
_MISREAD = re.compile(r"[\u0080-\u009f\u00a1-\u00b6\u00b8-\u00d6\u00d8-\u00ff€‚ƒ„†‡ˆ‰Š‹ŒŽ‘’™š›œžŸ]{4,}")
_GONE = re.compile(r"(?:锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|[\ue000-\uf8ff])+")
_BULLET = re.compile(r"^\s*[\ue000-\uf8ff]\s*")
_FARTHEST = 14
_MASKED = "\x00"
_WIDE = {half: chr(half + 0xFEE0) for half in range(0x21, 0x7F)}


@dataclass(slots=True)
class Place:
    """A damaged place of a line: what stands there, what it may have been. ``single``: one character was lost, between
    ``before`` and ``after``, with this ``reading`` if the tool left it."""

    line: int
    excerpt: str
    suggestion: str = ""
    reading: str = ""
    before: str = ""
    after: str = ""
    standing: str = ""
    single: bool = False


@dataclass(slots=True)
class Mended:
    """Lines without debris, lost characters as □, and the places. ``removed`` counts the readings that were taken out."""

    lines: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    removed: int = 0


def mended(lines: Sequence[str]) -> Mended:
    """Find what is damaged, line by line, in one form; then look in the text itself for what single characters were."""
    found = Mended()
    for number, raw in enumerate(lines):
        found.lines.append(_line(raw, number, found))
    whole = "\n".join(found.lines)
    for place in found.places:
        if place.single:
            place.suggestion = elsewhere(place, whole)
    return found


def _line(raw: str, number: int, found: Mended) -> str:
    line, removed = _without_readings(_BULLET.sub("", raw))
    found.removed += removed
    line = _MISREAD.sub(lambda odd: _noted(found, number, odd, _recoded(odd[0])), line)
    line = _GONE.sub(lambda lost: _noted(found, number, lost, LOST), line)
    if not _MARK.search(line) or not _HAN.search(line):
        return one_form(line)
    readings = [simplified(each[1]) for each in _LOST_READING.finditer(line)]
    plain = _MARK.sub("?", _LOST_READING.sub(_MASKED, line))
    shown = one_form(plain.replace(_MASKED, LOST).replace("?", LOST))
    for start, end in _runs(plain):
        place = Place(number, one_form(_around(plain, start, end, readings)))
        before, after = (_form(part) for part in (plain[max(0, start - 6) : start], plain[end : end + 6]))
        place.before, place.after = re.split("[，。；（.]", before)[-1], re.split("[，。；）]", after)[0]
        place.standing = f"{place.before}{_form(plain[start:end])}{place.after}"
        if again := _one_byte_later(plain[start:end]):
            place.suggestion = one_form(f"{place.before}{again}{place.after}")
        else:
            place.single = True
            place.reading = readings[plain[:start].count(_MASKED)] if plain[start] == _MASKED else ""
        found.places.append(place)
    return shown


def _form(plain: str) -> str:
    return one_form(plain.replace(_MASKED, LOST).replace("?", LOST))


def _noted(found: Mended, number: int, odd: re.Match[str], again: str) -> str:
    """Note a stretch that was read in a wrong encoding; what it was is only proposed."""
    if not again:
        return odd[0]
    excerpt = odd.string[max(0, odd.start() - 8) : odd.end() + 8]
    found.places.append(Place(number, one_form(excerpt), "" if again == LOST else again))
    return LOST


def _recoded(odd: str) -> str:
    """UTF-8 or GBK that was read as a Western encoding, read again; empty when it is no such thing."""
    for western in ("cp1252", "latin-1"):
        for own in ("utf-8", "gbk"):
            try:
                again = odd.encode(western).decode(own)
            except UnicodeError:
                continue
            if _HAN.search(again):
                return one_form(again)
    return ""


def _without_readings(line: str) -> tuple[str, int]:
    """Take out a reading after its own character; anything else in brackets stays."""
    removed = 0

    def taken(found: re.Match[str]) -> str:
        nonlocal removed
        if _bare(found[1]) not in readings_of(line[found.start() - 1]):
            return found[0]
        removed += 1
        return ""

    return _READING.sub(taken, line), removed


@lru_cache(4096)
def readings_of(character: str) -> frozenset[str]:
    """How a character can be read, without tones, in either script."""
    forms = {character, simplified(character)}
    return frozenset(_bare(each) for form in forms for each in pinyin(form, style=Style.NORMAL, heteronym=True)[0])


def _bare(reading: str) -> str:
    return reading.translate(_TONELESS).replace("v", "ü").replace("ü", "u")


def _runs(line: str) -> list[tuple[int, int]]:
    """Damaged stretches: from one mark to the next when what lies between reads better one byte later, else the mark."""
    marks = [n for n, sign in enumerate(line) if sign in ("?", _MASKED)]
    runs: list[tuple[int, int]] = []
    for n, start in enumerate(marks):
        if runs and start < runs[-1][1]:
            continue
        end = marks[n + 1] + 1 if n + 1 < len(marks) else 0
        joined = 2 < end - start <= _FARTHEST and not re.search("[。；]", line[start:end]) and line[end - 1] == "?"
        runs.append((start, end) if joined and _one_byte_later(line[start:end]) else (start, start + 1))
    return runs


def _one_byte_later(run: str) -> str:
    """``?ν夂献?`` → ``□外合□``: the bytes between two losses, paired one byte later; empty when that reads no better."""
    inner = run[1:-1].translate(_WIDE)
    try:
        octets = inner.encode("gbk")
    except UnicodeEncodeError:
        return ""
    if len(octets) < 4 or len(octets) != 2 * len(inner):
        return ""
    try:
        again = octets[1:-1].decode("gbk")
    except UnicodeDecodeError:
        return ""
    better = all(_usual(sign) for sign in again) and not all(_usual(sign) for sign in inner)
    return f"{LOST}{again}{LOST}" if better else ""


def _usual(sign: str) -> bool:
    """Whether notices use the character: punctuation, or what GB 2312 has at its first level."""
    if sign in "，。、；：（）“”‘’《》":
        return True
    try:
        code = simplified(sign).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def _around(line: str, start: int, end: int, readings: Sequence[str]) -> str:
    """The place with some words around it, readings put back as they stood."""
    first, last = max(0, start - 8), end + 8
    told = iter(readings[line[:first].count(_MASKED) :])
    return "".join(f"?{next(told)})" if sign == _MASKED else sign for sign in line[first:last])


def elsewhere(place: Place, whole: str) -> str:
    """What a single lost character is where the same words stand undamaged in the text; empty unless there is one answer."""
    for left, right in (
        (place.before[-3:], place.after[:3]),
        (place.before[-2:], place.after[:2]),
        (place.before[-1:], place.after[:2]),
    ):
        if not left or not right or LOST in left + right:
            continue
        seen = set(re.findall(f"{re.escape(left)}([{HAN}]){re.escape(right)}", whole))
        fits = {sign for sign in seen if not place.reading or _bare(place.reading) in readings_of(sign)}
        if len(fits) == 1:
            return f"{place.before}{fits.pop()}{place.after}"
    return ""
