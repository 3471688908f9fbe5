"""What can be done with files and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiang.foundation.documents import files, texts
from xiang.foundation.documents.models import Document, NumberSeries, StoredFile, Template
from xiang.foundation.ground import adding, instant, reference
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Unit
from xiang.foundation.trust import digest


def store(chunks: Iterable[bytes], name: str, owner: str) -> StoredFile:
    """Keep a file handed in by ``owner`` (an actor's reference) after checking that it is what its name says."""
    data, media_type = files.read_upload(chunks, name)
    return keep(data, files.clean_name(name), media_type, owner)


def keep(data: bytes, name: str, media_type: str, owner: str) -> StoredFile:
    """Keep bytes of ours; the bytes first, then the row."""
    file_id = new_id()
    files.write(file_id, data)
    return StoredFile.objects.create(
        id=file_id,
        owner=owner,
        name=name[:200],
        media_type=media_type,
        size=len(data),
        digest=digest.sm3(data).hex(),
        stored_at=instant.now(),
    )


def forget(file_id: UUID, owner: str) -> None:
    """Give up a file that its owner took back before handing anything in; the sweep removes the bytes."""
    StoredFile.objects.filter(id=file_id, owner=owner).delete()


def put_template(
    kind: str, title: str, numbering: str, paragraphs: list[str], basis: str = "", remedy: str = ""
) -> None:
    """Set the text of a kind of document; documents already issued keep theirs."""
    reference.changed("texts")
    Template.objects.update_or_create(
        kind=kind,
        defaults={"title": title, "numbering": numbering, "paragraphs": paragraphs, "basis": basis, "remedy": remedy},
    )


def retire_template(kind: str) -> None:
    """Take a kind of document away; those issued keep their text."""
    reference.changed("texts")
    Template.objects.filter(kind=kind).delete()


def request(
    kind: str,
    *,
    case_id: UUID,
    event_id: UUID,
    unit: Unit | None,
    recipient_id: UUID | None,
    context: Mapping[str, Any],
) -> Document:
    """Order a document inside the caller's transaction: it is numbered and its text fixed now, rendered and sealed
    afterwards. Raises ``Refused('no_template')`` when the profile has no text for this kind."""
    template = reference.recall("texts", ("document", kind), lambda: Template.objects.filter(kind=kind).first())
    if template is None:
        raise Refused("no_template", "还没有这种文书的模板，请先在配置中补上。")
    body_key, year = unit.body.key if unit else "", instant.today().year
    number = texts.number(template, unit, next_serial(body_key, kind, year), year)
    document = Document(
        kind=kind,
        number=number,
        title=template.title,
        case_id=case_id,
        event_id=event_id,
        unit=unit,
        recipient_id=recipient_id,
        text=texts.fill(template, {**context, "document_number": number}).to_json(),
        requested_at=instant.now(),
    )
    adding.add([document])
    outbox.emit("document.requested", str(document.id), {"document_id": str(document.id)})
    return document


def next_serial(body_key: str, kind: str, year: int) -> int:
    """The next serial of a body's series in a year, gapless. Its row stays locked until the caller's transaction ends:
    two at the same moment wait for each other and get different numbers."""
    serial = _counted(body_key, kind, year)
    if serial is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(body_key=body_key, kind=kind, year=year, last=0)], ignore_conflicts=True
        )
        serial = _counted(body_key, kind, year)
    assert serial is not None
    return serial


def _counted(body_key: str, kind: str, year: int) -> int | None:
    """One statement that counts and answers, in both engines: the ORM would need two."""
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last = last + 1 WHERE body_key = %s AND kind = %s AND year = %s RETURNING last",  # noqa: S608
            [body_key, kind, year],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def sealed(document_id: UUID, file: StoredFile, signature: Mapping[str, Any]) -> None:
    """Note that a document has been rendered and sealed; the first file that was noted stays the document's."""
    changes = {"file": file, "signature": dict(signature), "sealed_at": instant.now(), "trouble": ""}
    pending = Document.objects.filter(id=document_id).exclude(state=Document.State.SEALED)
    if not pending.update(state=Document.State.SEALED, **changes):
        return
    document = Document.objects.get(id=document_id)
    refs = {"document": document.number, "digest": file.digest}
    ledger.record("document.sealed", "system", refs, case_id=document.case_id)
    outbox.emit("document.sealed", str(document.case_id), {"document_id": str(document_id)})


@transaction.atomic
def failed(document_id: UUID, code: str) -> None:
    """Note why a document could not be made (a character that no embedded font has); an officer sees it."""
    Document.objects.filter(id=document_id).exclude(state=Document.State.SEALED).update(
        state=Document.State.FAILED, trouble=code[:200]
    )


@transaction.atomic
def try_again(document_id: UUID, actor: Actor) -> None:
    """Have a document made that could not be made before (its font is there now). By an officer of its unit."""
    document = Document.objects.filter(id=document_id, unit_id__in=actor.unit_ids).first()
    if document is None:
        raise Absent
    failed_one = Document.objects.filter(id=document_id, state=Document.State.FAILED)
    if not failed_one.update(state=Document.State.PENDING, trouble=""):
        raise Refused("not_failed", "这份文书已经生成，或者正在生成。")
    ledger.record("document.again", actor.ref, {"document": document.number}, case_id=document.case_id)
    outbox.emit("document.requested", str(document_id), {"document_id": str(document_id)})
