"""Breaking Chinese text into lines (避头尾): no closing sign begins one, no opening sign ends one, words stay whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_NEVER_FIRST = frozenset("，。、；：！？）》〉】〕］」』”’%％·…—,.;:!?)]}")
_NEVER_LAST = frozenset("（《〈【〔［「『“‘([{￥¥")
# A run of Latin letters, digits and what belongs inside numbers is one piece; every other character is its own.
_PIECES = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:/%_@+-]*|\s+|.", re.DOTALL)

Measure = Callable[[str], float]


def lines(text: str, measure: Measure, width: float, indent: float = 0.0) -> Iterator[str]:
    """The lines of a paragraph; the first is ``indent`` shorter.

    1. Split into pieces, longer words cut where they must be. 2. Fill the line. 3. What may not begin the next line
    takes the piece before it along; what may not end this one goes over.
    """
    room = width - indent
    line: list[str] = []
    for piece in _pieces(text, measure, width):
        if line and measure("".join(line) + piece) > room:
            carried = _carry(line, piece)
            if full := "".join(line).rstrip():
                yield full
            line, room = carried, width
            if not line and piece.isspace():
                continue
        line.append(piece)
    if line:
        yield "".join(line)


def _pieces(text: str, measure: Measure, width: float) -> Iterator[str]:
    for piece in _PIECES.findall(text):
        while measure(piece) > width and len(piece) > 1:
            fits = max((n for n in range(1, len(piece)) if measure(piece[:n]) <= width), default=1)
            yield piece[:fits]
            piece = piece[fits:]
        yield piece


def _carry(line: list[str], following: str) -> list[str]:
    """Move to the next line what must go with what follows; at least one piece stays."""
    carried: list[str] = []
    first = following
    while len(line) > 1 and (first[0] in _NEVER_FIRST or line[-1][-1] in _NEVER_LAST):
        first = line.pop()
        carried.insert(0, first)
    return carried
