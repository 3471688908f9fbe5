"""Papers as a form page shows them: to hand in, to state online, left to choice, and what stands for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiang.foundation.pages.components import UploadView
from xiang.services.applications.materials import Standing

STATEMENT = "statement:"
"""Before the key of a paper that is stated online; a file goes by the key alone."""


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement written and signed online; with ``wording`` its words are given, and ticking them is enough."""

    name: str
    label: str
    hint: str
    text: str
    error: str
    wording: str = ""

    @property
    def anchor(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Waived:
    """A paper that need not be handed in, and what stands for it."""

    title: str
    stands: str
    icon: str


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of an application by what the person does about them."""

    uploads: Sequence[UploadView] = ()
    statements: Sequence[StatementView] = ()
    optional: Sequence[UploadView] = ()
    waived: Sequence[Waived] = ()

    @property
    def todo(self) -> int:
        return len(self.uploads) + len(self.statements)

    @property
    def wrong(self) -> list[UploadView | StatementView]:
        every: list[UploadView | StatementView] = [*self.statements, *self.uploads, *self.optional]
        return [one for one in every if one.error]


def papers_of(standings: Sequence[Standing], errors: Mapping[str, str]) -> Papers:
    """The papers of a draft; ``errors`` by pointer."""
    open_ones = [s for s in standings if s.how in ("", "file", "statement")]
    stated = [s for s in open_ones if s.material.statement and s.how != "file"]
    files = [s for s in open_ones if not s.material.statement or s.how == "file"]
    return Papers(
        uploads=[_upload(s, errors) for s in files if s.material.mandatory],
        statements=[_statement(s, errors) for s in stated],
        optional=[_upload(s, errors) for s in files if not s.material.mandatory],
        waived=[_waived(s) for s in standings if s.how in ("waived", "later")],
    )


def _upload(standing: Standing, errors: Mapping[str, str]) -> UploadView:
    material = standing.material
    return UploadView(
        name=material.key,
        label=material.title,
        hint=material.note,
        given=standing.title if standing.how == "file" else "",
        remove=material.key if standing.how == "file" else "",
        error=errors.get(f"/materials/{material.key}", ""),
        optional=not material.mandatory,
    )


def _statement(standing: Standing, errors: Mapping[str, str]) -> StatementView:
    material = standing.material
    return StatementView(
        name=STATEMENT + material.key,
        label=material.title,
        hint=material.note,
        text=standing.reference if standing.how == "statement" else "",
        error=errors.get(f"/materials/{material.key}", ""),
        wording=material.wording,
    )


def _waived(standing: Standing) -> Waived:
    return Waived(standing.material.title, standing.title, "transfer" if standing.how == "later" else "database")
