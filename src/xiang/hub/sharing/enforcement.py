"""May this be read? One pure function; nothing here knows Django, a request or a database.

Default is deny. A request is allowed when grants in force for this body, resource, purpose and item together cover
every field that it asks for; one field too many refuses it whole, and the code says what was missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Terms:
    """A grant, reduced to what decides."""

    key: str
    requester: str
    resource: str
    fields: frozenset[str]
    purposes: frozenset[str]
    items: frozenset[str]
    basis: str
    valid_from: date
    valid_to: date | None = None
    revoked: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to read, and what for. ``body`` is ``*`` while a person fills in their own form: it goes to
    the bodies that handle the items, so what any of them may read for these items may be filled in."""

    body: str
    resource: str
    fields: frozenset[str]
    purpose: str
    items: frozenset[str]
    on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """``code`` is empty when it is allowed; ``grants`` and ``basis`` say on which terms."""

    code: str = ""
    grants: tuple[str, ...] = ()
    title: str = ""
    basis: str = ""

    @property
    def allowed(self) -> bool:
        return not self.code


#: Why not, in the words that the person whose data it is will read.
REASONS = {
    "no_grant": "这个机关没有获准使用这项数据",
    "grant_revoked": "授权已经撤销",
    "grant_not_begun": "授权还没有生效",
    "grant_expired": "授权已经到期",
    "purpose_not_granted": "用途不在授权范围内",
    "item_not_granted": "办理的事项不在授权范围内",
    "field_not_granted": "要的数据项超出授权范围",
    "no_case": "名下没有办件，不能查询",
    "not_in_case": "要查的人与这件办件无关",
    "other_body": "不能以别的机关名义查询",
}


def decide(grants: Iterable[Terms], ask: Ask) -> Decision:
    """Narrow the grants step by step; the step that leaves none gives the code."""
    left = [g for g in grants if g.resource == ask.resource and requester_covers(g.requester, ask.body)]
    if not left:
        return Decision("no_grant")
    steps = (
        ("grant_revoked", lambda g: not g.revoked),
        ("grant_not_begun", lambda g: g.valid_from <= ask.on),
        ("grant_expired", lambda g: g.valid_to is None or ask.on <= g.valid_to),
        ("purpose_not_granted", lambda g: EVERY in g.purposes or ask.purpose in g.purposes),
        ("item_not_granted", lambda g: EVERY in g.items or bool(ask.items & g.items)),
    )
    for code, holds in steps:
        left = [g for g in left if holds(g)]
        if not left:
            return Decision(code)
    used: list[Terms] = []
    needed = set(ask.fields)
    for grant in sorted(left, key=lambda g: (-len(ask.fields & g.fields), g.key)):
        if not used or needed & grant.fields:
            used.append(grant)
            needed -= grant.fields
    if needed:
        return Decision("field_not_granted")
    titles = dict.fromkeys(g.title for g in used if g.title)
    return Decision("", tuple(g.key for g in used), "、".join(titles), "；".join(dict.fromkeys(g.basis for g in used)))


def requester_covers(requester: str, body: str) -> bool:
    """``*.police`` covers ``430104.police`` and ``430000.police``, but not ``430104.market``."""
    if body == EVERY or requester in (EVERY, body):
        return True
    return requester.startswith("*.") and body.partition(".")[2] == requester[2:]
