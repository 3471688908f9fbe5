"""Taking a profile in.

1. Read every file of every section, with lines.
2. Check everything: keys, shapes, the sections' own rules and references. One problem, and nothing is written.
3. For each row decide by three digests (what the file said last, what it says now, what the records hold):
   new → add; the same as last time → leave; changed and the records untouched → update;
   changed and the records edited → leave the records, write the file's row as a draft, report a conflict;
   gone from the files → retire (edited → keep, report a conflict).
4. Apply in the sections' order, retire in the reverse (or first, where a section says so), all in one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError, Forbidden, Invalid
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.publishing.models import LoadedProfile, LoadedRow
from xiang.foundation.publishing.operations import editions
from xiang.foundation.publishing.profile import checking
from xiang.foundation.publishing.profile.reports import Count, Report
from xiang.foundation.publishing.profile.rows import Context, Problem, Row, digest_of
from xiang.foundation.publishing.profile.sections import Section, sections


def load_profile(folder: Path, *, actor: Actor = SYSTEM, check: bool = False, force: bool = False) -> Report:
    """Take in the profile in ``folder`` and say what changed. ``check`` writes nothing and says what would change."""
    if not (actor.is_system or actor.has("configurator")):
        raise Forbidden("not_configurator", "装载配置需要配置员身份。")
    report = Report(profile=folder.name, checked_only=check)
    if not folder.is_dir():
        report.problems.append(Problem(str(folder), 0, "profile_absent", "没有这个配置目录，检查名称或路径。"))
        return report
    digest = _fingerprint(folder)
    if not (check or force) and _loaded_already(folder.name, digest):
        return _as_before(report)
    context = Context(folder.name, folder, actor)
    report.problems.extend(sorted(set(checking.read_all(context, report.unread))))
    if not report.problems:
        report.problems.extend(sorted(set(_validate(context))))
    if not report.problems:
        _Merge(context, report).run(digest)
    return report


def _validate(context: Context) -> Iterator[Problem]:
    for section in sections():
        rows = list(context.of(section.kind))
        shaped = True
        for row in rows:
            wrong = list(checking.shape(section, row))
            shaped = shaped and not wrong
            # A row of the wrong shape would only make the section's own checks stumble.
            yield from wrong or section.validate(row, context)
        if shaped:
            yield from section.together(rows, context)


def _fingerprint(folder: Path) -> str:
    """The digest of all files and of what would be made of them."""
    digest = hashlib.sha256()
    for section in sections():
        digest.update(f"{section.kind} {section.version}\n".encode())
        for file in checking.files_of(section, folder):
            digest.update(f"{file.relative_to(folder)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _loaded_already(name: str, digest: str) -> bool:
    """The same files were taken in, and no conflict waits that somebody may have settled meanwhile."""
    if LoadedRow.objects.exclude(offered="").exists():
        return False
    return LoadedProfile.objects.filter(name=name, digest=digest).exists()


def _as_before(report: Report) -> Report:
    for section in sections():
        rows = LoadedRow.objects.filter(kind=section.kind).count()
        report.counts[section.kind] = Count(section.title, unchanged=rows)
    return report


class _RefusedError(Exception):
    """A room's operation refused a row: the whole load is taken back."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Merge:
    """One run of the three-way merge. With ``checked_only`` it decides and counts, and writes nothing."""

    def __init__(self, context: Context, report: Report) -> None:
        self.context = context
        self.report = report
        self.writes = not report.checked_only
        self.kept: list[LoadedRow] = []

    def run(self, digest: str) -> None:
        try:
            with transaction.atomic():
                gone = [drop for section in sections() for drop in self._section(section)]
                for section, old in reversed(gone):
                    self._drop(section, old)
                if self.writes:
                    self._remember(digest)
        except _RefusedError as refusal:
            self.report.counts.clear()
            self.report.conflicts.clear()
            self.report.problems.append(refusal.problem)

    def _section(self, section: Section) -> list[tuple[Section, LoadedRow]]:
        """Take a section's rows in; answers the rows loaded earlier that the files no longer have."""
        count = self.report.counts.setdefault(section.kind, Count(section.title))
        loaded = {row.key: row for row in LoadedRow.objects.filter(kind=section.kind)}
        known = self.context.rows.get(section.kind, {})
        fresh = [row for row in known.values() if row.key not in loaded or loaded[row.key].source != row.digest]
        held = _held(section, [row.key for row in fresh])
        count.unchanged += len(known) - len(fresh)
        gone = [(section, old) for key, old in loaded.items() if key not in known]
        while section.retire_first and gone:
            self._drop(*gone.pop())
        taken = [row for row in fresh if self._decide(section, row, loaded.get(row.key), held.get(row.key, ""), count)]
        if self.writes and taken:
            self._apply(section, taken)
        return gone

    def _decide(self, section: Section, row: Row, old: LoadedRow | None, held: str, count: Count) -> bool:
        """Whether a row that the file has changed is to be applied."""
        if held == row.digest:
            count.unchanged += 1
            self._keep(row, held)
            return False
        # Held by nobody any more though it was loaded: retired in the application, which is an edit too.
        if section.tells_current and held != (old.applied if old else ""):
            count.conflict += 1
            words = f"“{row.key}”在本地改过，没有覆盖；文件里的写法已存为草稿，请人工取舍。"
            self.report.conflicts.append(row.problem("edited_locally", words))
            self._offer(section, row, old)
            return False
        count.added += old is None
        count.changed += old is not None
        return True

    def _apply(self, section: Section, rows: list[Row]) -> None:
        many, one = section.apply_many, section.apply
        if many:
            refused = rows[0].problem("row_refused", f"“{section.title}”装不进去")
            _guard(refused, lambda: many(rows, self.context))
        elif one:
            for row in rows:
                _guard(row.problem("row_refused", f"“{row.key}”装不进去"), partial(one, row, self.context))
        if section.finish:
            section.finish(self.context)
        held = _held(section, [row.key for row in rows])
        for row in rows:
            self._keep(row, held.get(row.key, ""))

    def _drop(self, section: Section, old: LoadedRow) -> None:
        count, held = self.report.counts[section.kind], _held(section, [old.key]).get(old.key, "")
        if held and held != old.applied:
            count.conflict += 1
            words = f"“{old.key}”已从文件里删去，但它在本地改过，没有退役；请人工处理。"
            self.report.conflicts.append(Problem(old.file, 0, "edited_locally", words))
            if self.writes:
                LoadedRow.objects.filter(pk=old.pk).update(offered="removed")
            return
        count.retired += 1
        if not self.writes:
            return
        retire = section.retire
        if retire and (held or not section.tells_current):
            refused = Problem(old.file, 0, "retire_refused", f"“{old.key}”不能退役")
            _guard(refused, lambda: retire(old.key, self.context))
        LoadedRow.objects.filter(pk=old.pk).delete()

    def _offer(self, section: Section, row: Row, old: LoadedRow | None) -> None:
        """Leave the records as they are; write the file's row as a draft, once for each thing that it says."""
        if not self.writes or (old and old.offered == row.digest):
            return
        if section.propose:
            section.propose(row, self.context)
        else:
            note = "配置文件改了，本地也改过：请人工取舍。"
            editions.draft(section.kind, row.key, row.data, self.context.author, note=note)
        self.kept.append(
            LoadedRow(
                kind=row.kind,
                key=row.key,
                file=row.file,
                source=old.source if old else "",
                applied=old.applied if old else "",
                offered=row.digest,
                loaded_at=instant.now(),
            )
        )

    def _keep(self, row: Row, applied: str) -> None:
        self.kept.append(
            LoadedRow(
                kind=row.kind,
                key=row.key,
                file=row.file,
                source=row.digest,
                applied=applied,
                offered="",
                loaded_at=instant.now(),
            )
        )

    def _remember(self, digest: str) -> None:
        LoadedRow.objects.bulk_create(
            self.kept,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["kind", "key"],
            update_fields=["file", "source", "applied", "offered", "loaded_at"],
        )
        LoadedProfile.objects.update_or_create(
            name=self.context.profile, defaults={"digest": digest, "loaded_at": instant.now()}
        )
        if self.report.touched:
            refs = {"profile": self.context.profile}
            ledger.record("profile.loaded", self.context.actor.ref, refs, payload={"digest": digest})


def _held(section: Section, keys: Sequence[str]) -> dict[str, str]:
    """The digests of what the records hold; nothing for what they do not hold, or where the section does not say."""
    return {key: digest_of(content) for key, content in section.contents(keys).items()}


def _guard(problem: Problem, change: Callable[[], None]) -> None:
    """Do a room's change; its refusal becomes a problem with file and line, and takes the whole load back."""
    try:
        change()
    except Invalid as refusal:
        said = "；".join(f"{error.pointer.lstrip('/')}：{error.detail}" for error in refusal.errors)
        raise _RefusedError(replace(problem, code=refusal.code, detail=f"{problem.detail}：{said}")) from refusal
    except DomainError as refusal:
        raise _RefusedError(
            replace(problem, code=refusal.code, detail=f"{problem.detail}：{refusal.detail}")
        ) from refusal
