"""What edges do besides changing the state, and what must hold before them."""

from __future__ import annotations

from xiang.foundation.cases.procedures import Move
from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties import queries as parties


def accepted(move: Move) -> None:
    """Acceptance has its date; a case deemed accepted has the date of receipt."""
    move.case.accepted_on = move.on


def printable(move: Move) -> None:
    """Nothing is granted whose certificate would show a name wrongly: the character is named, and the case waits."""
    case = move.case
    lacking = missing_glyphs("".join(parties.names_of(case.subject_id, case.applicant_id)))
    if lacking:
        raise Refused("no_glyph", f"字库里没有“{'、'.join(lacking)}”，补上之前不能签发。请联系申请人，其余事项照办。")


def decided(move: Move) -> None:
    move.case.decided_on = move.on


def received_again(move: Move) -> None:
    """A supplement was handed in: the limit to accept runs from its receipt."""
    move.case.received_on = move.on
    move.case.facts = {**move.case.facts, "supplemented": True}


def once_only(move: Move) -> None:
    """A supplement is asked for once, with the full list (第三十二条第一款第四项)."""
    if move.case.facts.get("supplement_asked"):
        raise Refused("asked_already", "补正已经一次性告知过，不能再次要求。请受理，或依法作出决定。")


def supplement_asked(move: Move) -> None:
    move.case.facts = {**move.case.facts, "supplement_asked": True, "missing": list(move.data["missing"])}


def extension_asked(move: Move) -> None:
    move.case.facts = {**move.case.facts, "extension_asked": move.data["reason"]}


def extension_was_asked(move: Move) -> None:
    """The head approves what the handling officer asked for, not what nobody asked for."""
    if not move.case.facts.get("extension_asked"):
        raise Refused("nothing_to_approve", "还没有人申请延期。请先由审查人员说明理由。")


def two_inspectors(move: Move) -> None:
    """On-site verification takes two or more officers (第三十四条第三款)."""
    if len(set(move.data["inspectors"])) < 2:
        raise Invalid([FieldError("/inspectors", "two_inspectors", "现场核查要有两名以上工作人员，请写全。")])


def recommended(move: Move) -> None:
    move.case.facts = {**move.case.facts, "recommended": move.transition.name}


def overdue(move: Move) -> None:
    """The promised date has passed without a decision: a fact to show and to answer for, never a grant."""
    move.case.overdue = True
