"""The registry of sections, and the section for content that is published in editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from xiang.foundation.publishing.profile.rows import Context, Entry, Problem, Row


class Order(IntEnum):
    """When a section is applied. What is referred to comes before what refers; rooms put their own between by ±1."""

    DIVISIONS = 100
    BODIES = 200
    UNITS = 300
    CALENDAR = 400
    LIMITS = 500
    PARAMETERS = 600
    SYSTEMS = 700
    RESOURCES = 800
    CREDENTIAL_TYPES = 900
    FORMS = 1000
    DOCUMENTS = 1100
    NOTICES = 1200
    ITEMS = 1300
    LIFE_EVENTS = 1400
    GRANTS = 1500
    MEASURES = 1600


def _no_problems(row: Row, context: Context) -> Iterable[Problem]:
    return ()


def _as_written(entry: Entry, context: Context) -> Iterable[Entry]:
    return (entry,)


def _none_together(rows: Sequence[Row], context: Context) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """A room's part of the profile; see the package's docstring for how to write one.

    ``key`` names the field that holds a row's key, or computes it from the row's content. ``expand`` turns an entry of
    a file into rows (a template into one row a county); it sees the rows of earlier sections. ``together`` checks all
    rows of the section at once. ``apply_many`` and ``current_many`` take the place of ``apply`` and ``current`` where
    the room works set-wise. ``propose`` is what happens to a file's row when the records were edited locally (default:
    a draft edition). ``keys`` lists what the records hold, so that an export finds rows made in the application.
    ``retire_first``: rows gone from the files make room before new ones come (periods that must not overlap).
    ``wrap`` names the list under which an export writes the rows, for a file that is a mapping of lists.
    ``finish`` runs once after the section's rows, if any changed. ``version`` is raised when ``apply`` learned
    something new: then an unchanged profile is gone through again.
    """

    kind: str
    title: str
    order: int
    files: str
    apply: Callable[[Row, Context], None] | None = None
    apply_many: Callable[[Sequence[Row], Context], None] | None = None
    key: str | Callable[[Mapping[str, Any]], str] = "key"
    expand: Callable[[Entry, Context], Iterable[Entry]] = _as_written
    schema: Mapping[str, Any] | None = None
    validate: Callable[[Row, Context], Iterable[Problem]] = _no_problems
    together: Callable[[Sequence[Row], Context], Iterable[Problem]] = _none_together
    retire: Callable[[str, Context], None] | None = None
    current: Callable[[str], Mapping[str, Any] | None] | None = None
    current_many: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]] | None = None
    propose: Callable[[Row, Context], None] | None = None
    keys: Callable[[], Iterable[str]] | None = None
    finish: Callable[[Context], None] | None = None
    retire_first: bool = False
    wrap: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        if (self.apply is None) == (self.apply_many is None):
            raise ValueError(f"the section {self.kind} has either apply or apply_many")

    @property
    def tells_current(self) -> bool:
        """Whether the section says what the records hold: without it nothing counts as edited locally."""
        return self.current is not None or self.current_many is not None

    def contents(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """What the records hold now, of these keys, in the files' shape."""
        if self.current_many is not None:
            return self.current_many(keys) if keys else {}
        if self.current is None:
            return {}
        found = ((key, self.current(key)) for key in keys)
        return {key: content for key, content in found if content is not None}

    def key_of(self, content: Mapping[str, Any]) -> str:
        """The key of a row, or the empty text when it has none."""
        found = self.key(content) if callable(self.key) else content.get(self.key)
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


_sections: dict[str, Section] = {}


def register(section: Section) -> Section:
    """Add a section; called once, from ``AppConfig.ready()``."""
    known = _sections.setdefault(section.kind, section)
    if known is not section:
        raise ValueError(f"two sections of the profile call themselves {section.kind}")
    return section


def sections() -> list[Section]:
    """Every section, in the order in which they are applied."""
    return sorted(_sections.values(), key=lambda s: (s.order, s.kind))


@contextmanager
def isolated(*chosen: Section) -> Iterator[None]:
    """A profile of these sections alone inside the block. For tests."""
    kept = dict(_sections)
    _sections.clear()
    _sections.update({section.kind: section for section in chosen})
    try:
        yield
    finally:
        _sections.clear()
        _sections.update(kept)
