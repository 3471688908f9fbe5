"""The whole log checked from the rows up (账本核验): what an auditor runs inside the house.

1. Collect what was claimed about the log: signed checkpoints, what the witness remembers, exported lines if asked.
2. Walk the entries in order. Each must be there, and its columns must give the digest of its leaf; what it commits to
must be as it was, or erased by an entry that says so. 3. Grow the tree anew; its subtrees must be the kept ones, and
its root the claimed one at every claimed size. 4. Nothing claimed may reach beyond the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xiang.foundation.ledger import canonical, exports, merkle, notes, tree
from xiang.foundation.ledger.models import Checkpoint, DataUse, Entry, Payload, WitnessMemory
from xiang.foundation.trust import signing
from xiang.foundation.trust.errors import BrokenSeal, KeyMissing
from xiang.foundation.trust.signing import Signature

_CHUNK = 1000
_MOST = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed."""

    code: str
    detail: str
    index: int | None = None
    entry_id: str | None = None


@dataclass
class Report:
    """What was checked and what was found; the first finding about an entry is the earliest in the log."""

    size: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    root: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The earliest entry that was tampered with."""
        placed = [finding for finding in self.findings if finding.index is not None]
        return min(placed, key=lambda finding: finding.index or 0, default=None)

    def add(self, code: str, detail: str, index: int | None = None, entry_id: Any = None) -> None:
        """Note a finding; after the first fifty only their number."""
        if len(self.findings) < _MOST:
            self.findings.append(Finding(code, detail, index, str(entry_id) if entry_id else None))
        else:
            self.more += 1


class _Claim(NamedTuple):
    """Somebody said that the log of this size has this root."""

    size: int
    root: str
    where: str


Progress = Callable[[int, int], None]


def verify_all(*, with_exports: bool = False, progress: Progress | None = None) -> Report:
    """Check everything. ``with_exports`` also holds the log against the lines that were exported; ``progress`` is told
    now and then how many of how many entries were checked."""
    report = Report()
    # Claims first, size after: the log may grow meanwhile, and must never look shorter than what is claimed of it.
    claims = sorted(_claims(report, with_exports))
    report.size = tree.size()
    report.unsealed = Entry.objects.filter(leaf_index=None).count()
    _Walk(report, claims, progress).run()
    return report


def _claims(report: Report, with_exports: bool) -> Iterator[_Claim]:
    for checkpoint in Checkpoint.objects.order_by("size").iterator(chunk_size=2000):
        report.checkpoints += 1
        _check_signatures(report, checkpoint)
        yield _Claim(checkpoint.size, checkpoint.root, "检查点")
    for memory in WitnessMemory.objects.filter(size__gt=0):
        yield _Claim(memory.size, memory.root, "见证方")
    if with_exports:
        yield from _exported(report)


def _check_signatures(report: Report, checkpoint: Checkpoint) -> None:
    note = notes.body_of(checkpoint)
    if not signing.verify(note, notes.signature_of(checkpoint), "ledger"):
        report.add("bad_signature", f"大小 {checkpoint.size} 的检查点签名不对")
    countersignature = notes.countersignature_of(checkpoint)
    if countersignature is None:
        return
    said = checkpoint.witnessed_at and notes.statement(note, checkpoint.witness_name, checkpoint.witnessed_at)
    if not said or not signing.verify(said, countersignature, "witness"):
        report.add("bad_countersignature", f"大小 {checkpoint.size} 的检查点见证签名不对")


def _exported(report: Report) -> Iterator[_Claim]:
    for line in exports.exported():
        note = f"{line['origin']}\n{line['size']}\n{line['root']}\n{line['at']}\n".encode()
        kept = line["signature"]
        signature = Signature(kept["key_id"], kept["algorithm"], bytes.fromhex(kept["value"]))
        if signing.verify(note, signature, "ledger"):
            yield _Claim(line["size"], line["root"], "导出的检查点")
        else:
            report.add("bad_export", f"导出的检查点（大小 {line['size']}）签名不对")


class _Walk:
    """One pass over the log."""

    def __init__(self, report: Report, claims: Sequence[_Claim], progress: Progress | None = None) -> None:
        self.report = report
        self.progress = progress
        self.claims = list(reversed(claims))
        self.growth = merkle.Growth()
        self.astray = False

    def run(self) -> None:
        """Walk the log in chunks, then hold the claims that are left against its end."""
        while self.growth.size < self.report.size:
            first = self.growth.size
            last = min(first + _CHUNK, self.report.size)
            found = {e.leaf_index: e for e in Entry.objects.filter(leaf_index__gte=first, leaf_index__lt=last)}
            kept = _kept(first, last)
            _check_contents(self.report, found.values())
            for index in range(first, last):
                self._leaf(index, found.get(index), kept)
            if self.progress:
                self.progress(last, self.report.size)
        self.report.root = self.growth.root().hex()
        for claim in reversed(self.claims):
            self.report.add(
                "log_cut", f"{claim.where}见过 {claim.size} 条，账本只剩 {self.report.size} 条", self.report.size
            )

    def _leaf(self, index: int, entry: Entry | None, kept: Mapping[int, bytes]) -> None:
        digest = kept.get(merkle.position(0, index), b"")
        if entry is None:
            self.report.add("entry_missing", f"第 {index} 条不见了", index)
        else:
            made = _digest(entry)
            if made != digest:
                self.report.add("entry_changed", f"第 {index} 条与封存时不同", index, entry.id)
            digest = digest or made
        # It goes on with the kept digest, so that one changed entry is one finding and not a tree of them.
        for place, node in self.growth.append(digest):
            if kept.get(place) != node:
                self._lost(index, place)
        self._hold_claims()

    def _lost(self, index: int, place: int) -> None:
        if not self.astray:
            self.astray = True
            self.report.add("node_changed", f"第 {index} 条所在的树节点 {place} 与封存时不同", index)

    def _hold_claims(self) -> None:
        size = self.growth.size
        while self.claims and self.claims[-1].size <= size:
            claim = self.claims.pop()
            if claim.root != self.growth.root().hex() and not self.astray:
                self.astray = True
                self.report.add("root_differs", f"前 {size} 条的根与{claim.where}所记不同", size - 1)


def _kept(first: int, last: int) -> dict[int, bytes]:
    """The kept subtrees that leaves from ``first`` to ``last`` complete."""
    places = {
        merkle.position(level, index >> level)
        for index in range(first, last)
        for level in range(((index + 1) & -(index + 1)).bit_length())
    }
    return tree.kept(places)


def _digest(entry: Entry) -> bytes:
    try:
        return merkle.leaf_digest(canonical.entry_bytes(entry))
    except (TypeError, ValueError):
        return b""


def _check_contents(report: Report, entries: Iterable[Entry]) -> None:
    """What entries commit to: payloads and data uses, as they were, or erased on the record."""
    known = {entry.id: entry for entry in entries}
    payloads = {p.entry_id: p for p in Payload.objects.filter(entry_id__in=known).select_related("erasure")}
    uses = {u.entry_id: u for u in DataUse.objects.filter(entry_id__in=known)}
    for entry in known.values():
        payload, use = payloads.get(entry.id), uses.get(entry.id)
        trouble = _trouble(entry, payload, use)
        if trouble:
            report.add(trouble, f"第 {entry.leaf_index} 条的内容与承诺不符", entry.leaf_index, entry.id)


def _trouble(entry: Entry, payload: Payload | None, use: DataUse | None) -> str:
    if not entry.commitment:
        return "content_added" if payload or use else ""
    if use:
        return "" if _fits(entry, use.salt, canonical.use_facts(use)) else "content_changed"
    if payload is None:
        return "content_missing"
    if payload.erased_at:
        erasure = payload.erasure
        said = erasure and erasure.kind == "ledger.payload.erased" and erasure.refs.get("entry") == str(entry.id)
        return "" if said else "erased_unsaid"
    try:
        content = payload.content
        return "" if _fits(entry, content["salt"], content["payload"]) else "content_changed"
    except (BrokenSeal, KeyMissing, TypeError, KeyError):
        return "content_changed"


def _fits(entry: Entry, salt: str, content: Any) -> bool:
    try:
        return canonical.commitment(salt, content) == entry.commitment
    except (TypeError, ValueError):
        return False
