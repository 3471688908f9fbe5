"""Checking a paper over REST: anybody, with the code that stands on it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from xiang.foundation.documents import codes, throttle, verifying
from xiang.foundation.ground.errors import Absent
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.shapes import Shown

router = Router(tags=["verification"])

A_MINUTE = 30
Code = Annotated[str, Path(pattern="^[0-9A-Za-z]{16}$")]


class CheckShown(Shown):
    """One thing that was checked; nothing when it could not be."""

    holds: bool | None
    words: str


class Fact(Shown):
    """What the paper says, as far as its holder shows it."""

    label: str
    value: str | None


class VerdictShown(Shown):
    """Whether the paper is good, in words and check by check."""

    kind: str
    good: bool
    title: str
    what: str
    words: str
    facts: list[Fact]
    checks: list[CheckShown]
    note: str


@router.get("/verifications/{code}", response=VerdictShown, summary="核验证照和文书")
def verify_code(request: HttpRequest, code: Code) -> VerdictShown:
    """What the code printed on a document, or in the QR code of a credential that is being shown, stands for. Nobody has
    to sign in; the holder sees that somebody looked."""
    throttle.count(request, "verify", A_MINUTE)
    found = verifying.by_code(codes.tidy(code), actor_of(request))
    if found is None:
        raise Absent("unknown_code", "查不到这个核验码：可能抄错了，也可能不是这里签发的。")
    return VerdictShown(
        kind=found.kind,
        good=found.kind == "good",
        title=found.title,
        what=found.what,
        words=found.words,
        facts=[Fact(label=label, value=value) for label, value in found.facts],
        checks=[CheckShown(holds=check.holds, words=check.words) for check in found.checks],
        note=found.note,
    )
