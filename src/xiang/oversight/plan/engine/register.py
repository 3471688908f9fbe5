"""Which body a name means: as the register has it, as an alias, or as an abbreviation that fits one body alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from xiang.oversight.plan.engine.damage import LOST

_LEVELS = ("自治区", "省", "自治州", "市", "州", "县", "区")
_PLACE = re.compile(r"^(?:中共)?([\u4e00-\u9fff]{2,10}?(?:自治区|省|自治州|市|州|自治县|县|区))")
_NEVER = {"市州", "县市区", "市县", "省市", "省直"}


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the register has it. ``place`` is its division by name: 湖南省, 长沙市."""

    key: str
    name: str
    short: str = ""
    place: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.short or self.name


@dataclass(frozen=True, slots=True)
class Found:
    """What a written name means. Without a ``body`` it stays as written; ``candidates`` when several fit."""

    name: str
    body: Body | None = None
    how: str = ""
    candidates: tuple[str, ...] = ()


class Register:
    """The bodies that may be named, for a plan of one place (``home``: 湖南省)."""

    def __init__(self, bodies: Iterable[Body] = (), home: str = "") -> None:
        self.bodies = list(bodies)
        self.home = home
        self._known: dict[str, Found] = {}

    def at(self, home: str) -> Register:
        """The same register for a plan of another place."""
        return self if home == self.home else Register(self.bodies, home)

    @cached_property
    def places(self) -> frozenset[str]:
        return frozenset(body.place for body in self.bodies if body.place)

    def place_of(self, *words: str) -> str:
        """The place that a title or an issuer begins with; empty when it names none."""
        for said in words:
            bare = said.removeprefix("中共")
            known = [place for place in self.places if bare.startswith(place)]
            if known:
                return max(known, key=len)
            if (found := _PLACE.match(bare)) and found[1] not in _NEVER:
                return found[1]
        return ""

    @cached_property
    def _local(self) -> dict[str, list[Body]]:
        """Every form of a name by which this place speaks of a body."""
        names: dict[str, list[Body]] = defaultdict(list)
        for body in self.bodies:
            for form in self._forms(body):
                if body not in names[form]:
                    names[form].append(body)
        return names

    def _forms(self, body: Body) -> set[str]:
        forms = {body.name, body.short, *body.aliases} - {""}
        forms |= {form.removeprefix("中共") for form in forms}
        if body.place and body.place == self.home:
            level = next((each for each in _LEVELS if body.place.endswith(each)), "")
            forms |= {level + form.removeprefix(body.place) for form in forms if form.startswith(body.place)}
        elif self.home and body.place.endswith("省"):
            # A city speaks of its province's bodies as 省…, as the province does.
            forms |= {"省" + form.removeprefix(body.place) for form in forms if form.startswith(body.place)}
        return forms

    def resolve(self, written: str) -> Found:
        """The body that a name means, or the name as it stands."""
        if written not in self._known:
            self._known[written] = self._resolve(written)
        return self._known[written]

    def _resolve(self, written: str) -> Found:
        if LOST in written:
            return self._unreadable(written)
        if self.home and self.places and self.home not in self.places:
            return Found(written)  # a plan of somewhere else: 省财政厅 is not ours
        outer = re.sub(r"[（〔\[【].*$", "", written)
        for form in (written, outer):
            exact = self._local.get(form, ())
            if len(exact) == 1:
                shown = exact[0].shown + written[len(form) :]
                return Found(shown, exact[0], "exact")
        return self._abbreviated(written, outer)

    def _abbreviated(self, written: str, outer: str) -> Found:
        if len(outer) < 3:
            return Found(written)
        fits: dict[str, Body] = {}
        for form, bodies in self._local.items():
            if _abbreviates(outer, form):
                fits |= {body.key: body for body in bodies}
        if len(fits) == 1:
            (body,) = fits.values()
            return Found(body.shown + written[len(outer) :], body, "abbreviation")
        return Found(written, None, "ambiguous" if fits else "", tuple(body.shown for body in fits.values())[:5])

    def _unreadable(self, written: str) -> Found:
        pattern = re.compile(re.escape(written).replace(re.escape(LOST), "."))
        fits = {body.key: body for form, bodies in self._local.items() if pattern.fullmatch(form) for body in bodies}
        if len(fits) == 1:
            (body,) = fits.values()
            return Found(body.shown, body, "damaged")
        return Found(written, None, "damaged", tuple(body.shown for body in fits.values())[:5])


def _abbreviates(short: str, full: str) -> bool:
    """Whether the signs of ``short`` stand in ``full`` in order, from the first to its last word (委 for 委员会)."""
    if short[0] != full[0] or len(short) >= len(full):
        return False
    tail = next(
        (full[: -len(end)] + mark for end, mark in (("委员会", "委"), ("办公室", "办")) if full.endswith(end)), full
    )
    if short[-1] != tail[-1]:
        return False
    left = iter(tail)
    return all(sign in left for sign in short)
