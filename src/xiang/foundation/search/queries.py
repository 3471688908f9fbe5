"""Looking for something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xiang.foundation.search import documents, questions, reader, tokens
from xiang.foundation.search.documents import PUBLIC
from xiang.foundation.search.questions import Limits
from xiang.foundation.search.synonyms import sayings

SIZE = 10
LAST_PAGE = 20
WINDOW = 70


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``hit`` when it is what was looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    kind: str
    kind_title: str
    key: str
    title: str
    url: str
    division: str
    title_pieces: tuple[Piece, ...]
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found; when nothing was, ``near`` holds the closest titles."""

    text: str
    total: int
    page: int
    pages: int
    hits: tuple[Hit, ...]
    near: tuple[Hit, ...] = ()


def search(
    text: str,
    kinds: Sequence[str] = (),
    division: str = "",
    page: int = 1,
    *,
    audiences: Sequence[str] = (PUBLIC,),
    size: int = SIZE,
) -> Results:
    """What fits best, a page of it. ``division`` keeps what holds there: of the division, around it and inside it."""
    question = questions.understand(text, sayings())
    if not question.typed:
        return Results(text, 0, 1, 0, ())
    index = reader.fresh()
    searcher, limits = index.searcher(), Limits(tuple(audiences), tuple(kinds), division)
    page = min(max(page, 1), LAST_PAGE)
    query = questions.query(index.schema, searcher, question, limits)
    found = searcher.search(query, size, offset=(page - 1) * size, weight_by_field="boost")
    hits = tuple(_hit(reader.shown(searcher, address), question.marks) for _, address in found.hits)
    total = int(found.count)
    near: tuple[Hit, ...] = ()
    if not total:
        closest = searcher.search(questions.nearest(index.schema, question.typed, limits), 3, count=False)
        near = tuple(_hit(reader.shown(searcher, address), ()) for _, address in closest.hits)
    return Results(text, total, page, min(-(-total // size), LAST_PAGE), hits, near)


def suggest(
    typed: str,
    kinds: Sequence[str] = (),
    division: str = "",
    *,
    audiences: Sequence[str] = (PUBLIC,),
    limit: int = 6,
) -> list[Hit]:
    """Titles that begin, from any of their words on, with what was typed: in characters, pinyin or its initials."""
    beginning = tokens.normalise(typed).replace(" ", "")
    if not beginning:
        return []
    index = reader.fresh()
    searcher, limits = index.searcher(), Limits(tuple(audiences), tuple(kinds), division)
    keys = sayings().begun(beginning)
    query = questions.beginning(index.schema, beginning, keys, limits)
    found = searcher.search(query, limit, count=False, weight_by_field="boost")
    return [_hit(reader.shown(searcher, address), (beginning,)) for _, address in found.hits]


def _hit(shown: dict[str, str], marks: Sequence[str]) -> Hit:
    kind = documents.find(shown["kind"])
    return Hit(
        shown["kind"],
        kind.title if kind else shown["kind"],
        shown["key"],
        shown["title"],
        shown["url"],
        shown["division"],
        highlight(shown["title"], marks),
        snippet(shown["text"], marks),
    )


def highlight(text: str, marks: Sequence[str]) -> tuple[Piece, ...]:
    """The text cut where a mark stands, the longest mark first."""
    lower = text.lower()
    marks = sorted(filter(None, marks), key=len, reverse=True)
    if not marks or len(lower) != len(text):  # a few letters change their length in lower case: then nothing is marked
        return (Piece(text),) if text else ()
    pieces: list[Piece] = []
    end = 0
    for met in re.finditer("(?:" + "|".join(map(re.escape, marks)) + ")+", lower):
        if met.start() > end:
            pieces.append(Piece(text[end : met.start()]))
        end = met.end()
        pieces.append(Piece(text[met.start() : end], True))
    return (*pieces, Piece(text[end:])) if end < len(text) else tuple(pieces)


def snippet(text: str, marks: Sequence[str]) -> tuple[Piece, ...]:
    """The stretch of the text around the first mark."""
    lower = text.lower()
    places = [place for place in (lower.find(mark) for mark in marks if mark) if place >= 0]
    start = max(min(places) - WINDOW // 3, 0) if places else 0
    cut = text[start : start + WINDOW]
    before, after = "…" if start else "", "…" if start + WINDOW < len(text) else ""
    return highlight(f"{before}{cut}{after}", marks)
