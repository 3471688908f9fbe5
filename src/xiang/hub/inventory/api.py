"""The one ledger over REST: systems and their scans, the catalogue with facets, drafts and their way to publication."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.rest.access import needs
from xiang.foundation.parties.rest.shapes import Given, Key, Line, Paging, Shown, Words, rows_of
from xiang.hub.inventory import content, operations, queries, serving
from xiang.hub.inventory.models import CatalogueEntry, Revision, Scan, System
from xiang.hub.inventory.queries import Asked
from xiang.hub.inventory.searching.finding import FRESHNESS

router = Router(tags=["catalogue"])
READ, WRITE = needs("desk:read"), needs("desk:write")


class SystemShown(Shown):
    """A department's system; its address is not shown."""

    key: str
    body_key: str
    title: str
    kind: str
    description: str
    protection: int | None


class SystemPage(Shown):
    """One page of systems."""

    items: list[SystemShown]
    next: str | None


class SystemGiven(Given):
    """What a body says of its system. ``connection``: ``kept:…``, ``env:XIANG_SOURCE_…``, ``sqlite:…`` or ``file:…``."""

    body_key: Line
    title: Line
    connection: Line
    kind: Literal["database", "api", "file"] = "database"
    short: Line = ""
    description: Words = ""
    protection: Annotated[int | None, Field(ge=1, le=5)] = None


class ScanShown(Shown):
    """What a scan found, or why it could not; ``drift`` is what changed since the one before."""

    id: UUID
    at: datetime
    outcome: str
    reason: str
    milliseconds: int
    tables: int
    columns: int
    drift: list[dict[str, Any]]


class ColumnShown(Shown):
    """A column and the entries that its data items are in."""

    table: str
    column: str
    native: str
    entries: list[str]
    missing: bool


class ItemGiven(Given):
    """One data item."""

    name: Line
    title: Line
    type: Annotated[str, Field(max_length=1)]
    length: int | None = None
    element: Line = ""
    authoritative: bool = False
    sensitive: bool = False
    grade: int = 1
    system: Line = ""
    table: Line = ""
    column: Line = ""


class EntryGiven(Given):
    """A whole entry, as it shall be."""

    key: Line
    body_key: Line
    title: Line
    summary: Words
    category: Line
    format: Line
    cycle: Line
    share: Literal["unconditional", "conditional", "not_shared"]
    mode: Literal["table", "file", "api"]
    code: Line = ""
    provider_code: Line = ""
    conditions: Words = ""
    not_shared_citation: Words = ""
    open: Literal["open", "conditional", "closed"] = "closed"
    classification: dict[Line, Line] = Field(default_factory=dict)
    grading: dict[Line, Line] = Field(default_factory=dict)
    grade: int = 1
    related: list[Line] = Field(default_factory=list, max_length=100)
    secret: bool = False
    items: list[ItemGiven] = Field(max_length=2000)


class DraftGiven(Given):
    """An entry to draft; why, and when the duty or the law changed."""

    entry: EntryGiven
    reason: Line = ""
    changed_on: Annotated[date | None, Field(strict=False)] = None


class StepGiven(Given):
    """One step of a change; ``note`` when it is sent back, ``secrecy_cleared`` when the head signs."""

    step: Literal["sign_office", "sign_head", "publish", "send_back", "withdraw"]
    note: Line = ""
    secrecy_cleared: bool = False


class EntryRow(Shown):
    """An entry in a list."""

    key: str
    code: str
    title: str
    body_key: str
    category: str
    share: str
    mode: str
    cycle: str
    grade: int
    version: int
    freshness: str
    resources: int


class EntryPage(Shown):
    """One page of entries, with how many there are of each facet."""

    items: list[EntryRow]
    total: int
    facets: dict[str, dict[str, int]]
    next: str | None


class EntryFilter(Paging):
    """Words, and one value a facet."""

    q: str = Field("", max_length=200)
    body: str = Field("", max_length=64)
    category: str = Field("", max_length=80)
    share: str = Field("", max_length=16)
    mode: str = Field("", max_length=8)
    grade: str = Field("", max_length=1)
    cycle: str = Field("", max_length=20)
    mounted: Literal["", "yes", "no"] = ""
    freshness: Literal["", "fresh", "stale", "unknown"] = ""

    def asked(self) -> Asked:
        names = ("body", "category", "share", "mode", "grade", "cycle", "mounted", "freshness")
        return Asked(self.q, {name: getattr(self, name) for name in names if getattr(self, name)})


assert set(FRESHNESS) == {"fresh", "stale", "unknown"}


class RevisionShown(Shown):
    """A change of the catalogue and where it stands."""

    id: UUID
    key: str
    kind: str
    state: str
    title: str
    body_key: str
    reason: str
    note: str
    update_due: date | None
    review_due: date | None
    unconfirmed: bool
    version: int


class RevisionPage(Shown):
    """One page of changes."""

    items: list[RevisionShown]
    next: str | None


class RevisionFilter(Paging):
    """``waiting``: only those whose next step I could take."""

    waiting: bool = False


class VersionShown(Shown):
    """A frozen version."""

    number: int
    state: str
    digest: str
    published_at: datetime | None


class ChangeShown(Shown):
    """One field that a version changed."""

    path: str
    kind: str
    before: str
    after: str


@router.get("/hub/systems", response=SystemPage, auth=READ, summary="登记的系统")
def list_systems(request: HttpRequest, asked: Query[Paging]) -> Any:
    """Systems in service: the hub sees all, a body its own."""
    return rows_of(queries.systems_for(actor_of(request)), ("key",), asked, _system)


@router.put("/hub/systems/{key}", response=SystemShown, auth=WRITE, summary="登记系统")
def put_system(request: HttpRequest, key: Key, given: SystemGiven) -> Any:
    """Register a system, or change what is known of it; the same again changes nothing."""
    return _system(operations.put_system(key, given.model_dump(), actor_of(request)))


@router.post("/hub/systems/{key}/scans", response={201: ScanShown}, auth=WRITE, summary="扫描系统")
def scan_system(request: HttpRequest, key: Key) -> Any:
    """Look into the system now, read-only. A scan that fails is answered with its reason."""
    queries.system_for(actor_of(request), key)
    return Status(201, _scan(operations.scan(key, actor_of(request))))


@router.get("/hub/systems/{key}/columns", response=list[ColumnShown], auth=READ, summary="库表和对应的信息项")
def list_columns(request: HttpRequest, key: Key) -> Any:
    """Every column that the last scan saw, and what is mapped to it."""
    rows = queries.mapping(queries.system_for(actor_of(request), key))
    return [
        ColumnShown(
            table=row.table, column=row.column, native=row.native, missing=row.missing,
            entries=sorted({item.entry.key for item in row.items}),
        )
        for row in rows
    ]  # fmt: skip


@router.get("/hub/catalogue", response=EntryPage, auth=READ, summary="搜索目录")
def search_catalogue(request: HttpRequest, asked: Query[EntryFilter]) -> Any:
    """Entries that I may see, by words and facets."""
    found = queries.search(actor_of(request), asked.asked(), asked.cursor, asked.limit)
    rows = [_row(row, found.mounted.get(row.key, 0)) for row in found.rows]
    return {"items": rows, "total": found.total, "facets": found.facets, "next": found.next}


@router.get("/hub/catalogue.xlsx", auth=READ, summary="导出目录")
def export_catalogue(request: HttpRequest, body: Annotated[str, Field(max_length=64)] = "") -> HttpResponse:
    """The entries that I may see as a workbook, of one body or of all."""
    return serving.workbook(actor_of(request), body)


@router.post("/hub/imports", response={201: list[RevisionShown]}, auth=WRITE, summary="导入目录")
def import_catalogue(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Draft what a workbook says, all of it or nothing; errors name their cells."""
    return Status(201, [_revision(one) for one in operations.import_workbook(file.read(), actor_of(request))])


@router.get("/hub/catalogue/{key}", response=dict[str, Any], auth=READ, summary="一个目录")
def read_entry(request: HttpRequest, key: Key) -> Any:
    """One entry whole, as a draft of it would begin."""
    found = queries.entry_for(actor_of(request), key)
    return content.of_entry(found) | {"version": found.version, "freshness": queries.freshness(found)}


@router.get("/hub/catalogue/{key}/versions", response=list[VersionShown], auth=READ, summary="目录的历次版本")
def list_versions(request: HttpRequest, key: Key) -> Any:
    """Every frozen version, the newest first."""
    rows = queries.history(queries.entry_for(actor_of(request), key))
    return [VersionShown.model_validate(row) for row in rows]


@router.get("/hub/catalogue/{key}/versions/{number}/changes", response=list[ChangeShown], auth=READ, summary="版本差异")
def list_changes(request: HttpRequest, key: Key, number: int, before: int | None = None) -> Any:
    """What a version changed, against ``before`` or the one before it."""
    rows = queries.version_changes(queries.entry_for(actor_of(request), key), number, before)
    return [ChangeShown.model_validate(row) for row in rows]


@router.post("/hub/drafts", response={201: RevisionShown}, auth=WRITE, summary="起草目录")
def draft_entry(request: HttpRequest, given: DraftGiven) -> Any:
    """Draft a new entry or a change of one; the same again changes the open draft, so that a retry does no harm."""
    said = given.entry.model_dump()
    made = operations.draft(said, actor_of(request), reason=given.reason, changed_on=given.changed_on)
    return Status(201, _revision(made))


@router.get("/hub/revisions", response=RevisionPage, auth=READ, summary="目录变更")
def list_revisions(request: HttpRequest, asked: Query[RevisionFilter]) -> Any:
    """Changes that I may see, the newest first; or those that wait for me."""
    actor = actor_of(request)
    rows = queries.waiting_for(actor) if asked.waiting else queries.revisions_for(actor)
    return rows_of(rows, ("-id",), asked, _revision)


@router.post("/hub/revisions/{revision_id}/steps", response=RevisionShown, auth=WRITE, summary="签字、审核、退回、撤回")
def step_revision(request: HttpRequest, revision_id: UUID, given: StepGiven) -> Any:
    """Take the next step of a change. A step that was taken already is refused with where the change stands."""
    actor = actor_of(request)
    queries.revision_for(actor, revision_id)
    return _revision(operations.take_step(revision_id, given.step, actor, given.note, given.secrecy_cleared))


def _system(row: System) -> SystemShown:
    return SystemShown.model_validate(row)


def _scan(row: Scan) -> ScanShown:
    return ScanShown.model_validate(row)


def _revision(row: Revision) -> RevisionShown:
    return RevisionShown.model_validate(row)


def _row(row: CatalogueEntry, resources: int) -> EntryRow:
    names = ("key", "code", "title", "body_key", "category", "share", "mode", "cycle", "grade", "version")
    return EntryRow(
        **{name: getattr(row, name) for name in names}, freshness=queries.freshness(row), resources=resources
    )
