"""The worker's part: render and seal a credential's file, and follow what a case's later steps do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import CaseEvent
from xiang.foundation.documents import marks, pdf
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.documents.sealing import kept
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.outbox.subscriptions import Event, external, repeatable, subscribe
from xiang.foundation.parties.actors import SYSTEM
from xiang.services.credentials import face, operations, queries
from xiang.services.credentials.models import Credential, State

PURPOSE = "credentials"
ENDS = {"revoke": State.REVOKED, "cancel": State.CANCELLED, "invalidate": State.INVALIDATED}


@dataclass(frozen=True, slots=True)
class Made:
    """A file and its marks, or the code of what stood in the way."""

    file_id: UUID | None = None
    signature: dict[str, Any] | None = None
    trouble: str = ""


def make(event: Event, key: str) -> Made:
    """Render and seal in the issuer's name; a worker that dies in between leaves an orphan file, which is swept."""
    rows = Credential.objects.select_related("type", "issuer", "holder")
    credential = rows.get(id=event.payload["credential_id"])
    if credential.sealed_at is not None:
        return Made(credential.file_id, credential.signature)
    issuer = credential.issuer
    mark = marks.put(PURPOSE, issuer.name, face.content(credential))
    try:
        drawn = face.render(credential, mark)
    except DomainError as wrong:
        return Made(trouble=wrong.code)
    content = pdf.seal(drawn, issuer.key, issuer.name, mark.at)
    file = kept(content, f"{credential.type.title} {credential.holder.name}.pdf", f"credential:{credential.id}")
    return Made(file.id, marks.over_file(mark, PURPOSE, content, issuer.key).to_json())


def untouched(credential: Credential) -> bool:
    """Whether a credential is as it was sealed, under a seal that was to be trusted. One whose seal is still on its way is
    as the platform wrote it."""
    if credential.signature is None or credential.file is None:
        return credential.sealed_at is None
    mark = marks.Mark.from_json(credential.signature)
    return (
        marks.holds(mark, PURPOSE, face.content(credential))
        and marks.holds_file(mark, PURPOSE, credential.file.digest)
        and mark.trust() == "trusted"
    )


def settle(event: Event, made: Made) -> None:
    credential_id = UUID(event.payload["credential_id"])
    if made.file_id is None or made.signature is None:
        operations.not_sealed(credential_id, made.trouble)
        return
    operations.sealed(credential_id, StoredFile.objects.get(id=made.file_id), made.signature)


def follow(event: Event) -> None:
    """A case was revoked, cancelled, invalidated or corrected by its authority: so are the credentials it issued."""
    step = event.kind.partition(".")[2]
    reason = _reason(event)
    for credential in queries.of_case(UUID(event.payload["case_id"])):
        if step == "correct":
            operations.replace_from_case(credential, cases.by_id(UUID(event.payload["case_id"])), SYSTEM, reason)
        else:
            operations.end(credential, ENDS[step], reason, SYSTEM)


def _reason(event: Event) -> str:
    happened = CaseEvent.objects.filter(id=event.payload.get("event_id")).first()
    return str(happened.data.get("reason") or happened.title) if happened else "依法作出的决定"


def register() -> None:
    """Subscribe; called once at start."""
    external("credential.issued", "credentials.seal", call=make, settle=settle, reconcile=repeatable)
    for step in (*ENDS, "correct"):
        subscribe(f"case.{step}", "credentials.follow")(follow)
