"""Amending what a case holds after it was opened: what a register produced, what an earlier case of the same matter
brought. The applicant's own words are never changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiang.foundation.cases.frozen import rules_of
from xiang.foundation.cases.models import Case, CaseLink, CaseParty
from xiang.foundation.cases.operations.freezing import freeze
from xiang.foundation.cases.operations.moving import locked
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party
from xiang.foundation.statutes.rules import RuleRow


def amend_answers(
    case: Case,
    produced: Mapping[str, Any],
    actor: Actor,
    *,
    origins: Mapping[str, Any] | None = None,
    materials: Mapping[str, Any] | None = None,
) -> None:
    """Add answers that an authority produced, inside the caller's transaction; ``case`` is brought up to date.
    ``origins`` and ``materials`` say where answers come from and what stands for papers, once that is known."""
    current = locked(case.id)
    answers = dict(current.answers)
    for part, added in (("fields", produced), ("origins", origins), ("materials", materials)):
        if added:
            answers[part] = {**answers.get(part, {}), **added}
    current.answers = answers
    current.save(update_fields=["answers"])
    case.answers = answers
    refs = {"case": case.number, "fields": ",".join(sorted(produced))}
    ledger.record("case.amended", actor.ref, refs, case_id=case.id)


def set_subject(case: Case, subject: Party) -> None:
    """Say whom a case is about once they are known, inside the caller's transaction."""
    Case.objects.filter(id=case.id).update(subject=subject)
    CaseParty.objects.filter(case=case, role="child").update(party=subject)
    case.subject = subject


def add_rule(case: Case, slot: str, rule: RuleRow) -> None:
    """Give a case a rule that depends on when its turn came (a window to pay in), inside the caller's transaction."""
    current = locked(case.id)
    current.kept_rules = freeze({**rules_of(current), slot: rule})
    current.save(update_fields=["kept_rules"])
    case.kept_rules = current.kept_rules


def link(links: Sequence[CaseLink]) -> None:
    """Keep links between cases, inside the caller's transaction."""
    CaseLink.objects.bulk_create(links)
