"""Answers for whoever checks a paper (核验): rooms register who knows what a code or a file means.

The pages ``/verify/…`` ask every registered :class:`Resolver` in turn. Nobody has to sign in, and nobody is told more
than whether the paper is good, who sealed it, and what its holder chose to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from xiang.foundation.documents.checking import Examined
from xiang.foundation.documents.marks import Mark
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.parties.actors import Actor

Kind = Literal["good", "bad", "gone", "unknown", "waiting"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. ``holds`` is ``None`` for what could not be checked."""

    holds: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker sees. ``facts`` are label and value (``None``: the holder does not show it)."""

    kind: Kind
    title: str
    what: str
    words: str = ""
    facts: tuple[tuple[str, str | None], ...] = ()
    checks: tuple[Check, ...] = ()
    mark: Mark | None = None
    note: str = ""
    link: tuple[str, str] | None = None


class Resolver(Protocol):
    """Knows some codes and files."""

    def by_code(self, code: str, actor: Actor) -> Verdict | None:
        """What a code printed on a paper, or shown on a telephone, stands for; counts the check."""

    def by_text(self, text: str, actor: Actor) -> Verdict | None:
        """What a number that somebody typed stands for."""

    def by_file(self, file: StoredFile, examined: Examined) -> Verdict | None:
        """What one of our own files is."""


@dataclass
class _Registry:
    resolvers: dict[str, Resolver] = field(default_factory=dict)


_registry = _Registry()


def register(name: str, resolver: Resolver) -> None:
    """Make a resolver known; called once by its room at start."""
    _registry.resolvers[name] = resolver


def by_code(code: str, actor: Actor) -> Verdict | None:
    return _first(lambda resolver: resolver.by_code(code, actor))


def by_text(text: str, actor: Actor) -> Verdict | None:
    return _first(lambda resolver: resolver.by_text(text, actor))


def by_file(examined: Examined) -> Verdict:
    """What a file is: one of ours, or at least whose seal it bears."""
    ours = examined.ours
    known = _first(lambda resolver: resolver.by_file(ours, examined)) if ours else None
    return known or stranger(examined)


def _first(ask: Callable[[Resolver], Verdict | None]) -> Verdict | None:
    answers = (ask(resolver) for resolver in _registry.resolvers.values())
    return next((answer for answer in answers if answer is not None), None)


TRUST_WORDS: Mapping[str, str] = {
    "trusted": "证书在信任列表内，未吊销",
    "expired": "证书在签章时已经过期",
    "not_yet_valid": "证书在签章时还没有生效",
    "revoked": "证书在签章前已被吊销",
    "not_for_signing": "证书不能用来签章",
    "unknown_issuer": "证书不在信任列表内，不知道是谁发的",
}


def seal_checks(examined: Examined) -> tuple[Check, ...]:
    """What was seen of the seal in a file."""
    if examined.seal == "unreadable":
        return (Check(False, "文件打不开，或者不是 PDF"),)
    if examined.seal == "none":
        return (Check(False, "文件里没有电子印章"),)
    whole = examined.seal == "whole"
    trust = examined.trust or "unknown_issuer"
    sealed = f"“{examined.signer}”，此后未改动" if whole else f"“{examined.signer}”签章以后，文件被改动过"
    return (Check(whole, sealed), Check(trust == "trusted", TRUST_WORDS[trust]))


def stranger(examined: Examined) -> Verdict:
    """A file that is not one of ours: changed, forged, or from elsewhere."""
    checks = (*seal_checks(examined), Check(False, "与本平台签发的任何一份文件都不一致"))
    words = {
        "changed": "签章以后内容被改过，请不要采信。请持有人重新下载原件。",
        "none": "它不是下载的原件，可能是打印后扫描或另存的。请持有人直接提供下载的 PDF，或扫上面的二维码核验。",
        "unreadable": "请上传下载时的 PDF 原件。",
        "whole": "印章完整，但不是本平台签发的文件。请向签章的机关核实。",
    }[examined.seal]
    return Verdict("bad", "核验不通过", "上传的文件", words, checks=checks)
