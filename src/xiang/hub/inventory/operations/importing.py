"""Importing a filled-in workbook: every entry becomes a draft, or nothing does."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xiang.foundation.ground.errors import DomainError, FieldError, Invalid
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import content
from xiang.hub.inventory.models import CatalogueEntry, Revision
from xiang.hub.inventory.operations import revising
from xiang.hub.inventory.standard import Standard, standard

_MOST_ERRORS = 500


@transaction.atomic
def import_workbook(raw: bytes, actor: Actor) -> list[Revision]:
    """Draft what a workbook says; entries that say what is in force already are left alone.

    Raises :class:`Invalid` with every error of every cell (``目录!C5``): then nothing was kept.
    """
    from xiang.hub.inventory.workbook import reading

    sheets, terms = reading.read(raw), standard()
    errors = list(sheets.errors)
    for key, said in sheets.contents.items():
        told = {error.pointer for error in errors}
        found = (_at(sheets, key, error) for error in content.problems(content.plain(said), terms))
        errors += [error for error in found if error.pointer not in told]  # one thing to mend a cell
    _refuse(errors)
    made = []
    for key, said in sheets.contents.items():
        if _unchanged(said, terms):
            continue
        try:
            made.append(revising.draft(said, actor, reason="表格导入"))
        except DomainError as refusal:
            errors.append(FieldError(sheets.places.get((key, "/key"), key), refusal.code, refusal.detail))
    _refuse(errors)
    ledger.record("hub.catalogue.imported", actor.ref, {"drafts": str(len(made)), "rows": str(len(sheets.contents))})
    return made


def _unchanged(said: dict[str, Any], terms: Standard) -> bool:
    entry = CatalogueEntry.objects.filter(key=said["key"], retired=False).first()
    if entry is None:
        return False
    before = content.of_entry(entry)
    now = content.graded(content.plain(said), terms)
    kept = {"code", "provider_code", "classification", "grading"}  # not in the workbook, or filled in by us
    blank = {name: before[name] for name in kept if not now[name]}
    return now | blank == before


def _at(sheets: Any, key: str, error: FieldError) -> FieldError:
    """The error where it is to be mended: its cell, or the entry's key where no cell is to blame."""
    cell = sheets.places.get((key, error.pointer)) or sheets.places.get((key, "/key"), key)
    return FieldError(cell, error.code, error.detail)


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        more = f"先列出前 {_MOST_ERRORS} 处，" if len(errors) > _MOST_ERRORS else ""
        detail = f"表格有 {len(errors)} 处要改，{more}一个目录也没有导入。"
        raise Invalid(errors[:_MOST_ERRORS], "workbook_invalid", detail)
