"""Fields to fill, files to give, the bottom bar, and the states of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xiang.foundation.pages.components.desk import Option
from xiang.foundation.pages.components.facts import DayCell, Kind, Link, SourceView


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field to fill. ``control``: text, textarea, number, date, datetime-local, tel, select, choice (radio), checks,
    yesno, name. A name is previewed in 田字格: ``missing`` are its characters that cannot be printed (``None``: not
    looked yet), ``check_url`` answers that while somebody types. ``form`` names the form when the field stands outside."""

    name: str
    label: str
    control: str = "text"
    value: str = ""
    hint: str = ""
    error: str = ""
    required: bool = True
    number: int | None = None
    options: Sequence[Option] = field(default_factory=tuple)
    autocomplete: str = ""
    inputmode: str = ""
    maxlength: int | None = None
    source: SourceView | None = None
    check_url: str = ""
    missing: tuple[str, ...] | None = None
    form: str = ""

    @property
    def two(self) -> bool:
        """Whether the choices stand side by side: yes or no, or many short ones."""
        short = len(self.options) > 4 and all(len(o.label) <= 7 and not o.hint for o in self.options)
        return self.control == "yesno" or (self.control in ("choice", "checks") and short)

    @property
    def anchor(self) -> str:
        """The id of the control that an error leads to: of several, the first."""
        return f"{self.name}-1" if self.control in ("choice", "checks", "yesno") else self.name


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file to give, or given. ``remove`` is the value of the form's button ``remove`` that takes it back."""

    name: str
    label: str
    accept: str = ".pdf,.jpg,.jpeg,.png"
    hint: str = ""
    given: str = ""
    given_url: str = ""
    remove: str = ""
    error: str = ""
    optional: bool = False

    @property
    def anchor(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SaveBar:
    """The bottom bar: is my work safe, and the one button."""

    button: Link | None = None
    saved: str = ""
    later_url: str = ""
    form: str = ""
    phone_only: bool = False


@dataclass(frozen=True, slots=True)
class StateView:
    """Empty, waiting, offline, down: what happened, is my work safe, what next. A lotus only when all is well."""

    title: str
    body: str
    icon: str = ""
    kind: Kind = "run"
    actions: tuple[Link, ...] = ()
    lotus: bool = False
    cells: tuple[DayCell, ...] = ()


@dataclass(frozen=True, slots=True)
class BigRow:
    """An elder row: 80 px high, one action."""

    label: str
    url: str
    icon: str
    note: str = ""
    call: bool = False


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Who is signed in, as the shell shows it."""

    name: str
    place: str = ""
    unit: str = ""
    duties: str = ""
    url: str = ""
    on_behalf: str = ""
