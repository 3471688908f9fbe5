"""What holds for every life event: its parts exist, nothing waits for itself, birth depends on nothing it may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.services.items.loading.law import BIRTH_REGISTRATION, birth_forbids
from xiang.services.items.loading.references import directory, rule_keys


def cycle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys of a ring of things that wait for each other, or nothing."""
    done: set[str] = set()

    def walk(key: str, path: list[str]) -> list[str]:
        if key in path:
            return [*path[path.index(key) :], key]
        if key in done:
            return []
        for other in needs.get(key, ()):
            if ring := walk(other, [*path, key]):
                return ring
        done.add(key)
        return []

    return next((ring for key in needs if (ring := walk(key, []))), [])


def check_life_event(row: Row, context: Context) -> Iterator[Problem]:
    """References, the prerequisite graph, and the rule about births."""
    yield from _parts(row, context)
    yield from _graph(row, context)
    yield from _birth(row)
    yield from _rules(row, context)
    yield from _routes(row, context)


def _parts(row: Row, context: Context) -> Iterator[Problem]:
    named = [(f"items.{n}.item", part["item"]) for n, part in enumerate(row.data["items"])]
    named += [(f"offers.{n}.item", offer["item"]) for n, offer in enumerate(row.data.get("offers", ()))]
    named += [(f"routes.{n}.item", route["item"]) for n, route in enumerate(row.data.get("routes", ()))]
    for n, scenario in enumerate(row.data.get("scenarios", ())):
        then = scenario.get("then", {})
        for word in ("off", "on", "once", "each", "together"):
            named += [(f"scenarios.{n}.then.{word}.{i}", key) for i, key in enumerate(then.get(word, ()))]
    for at, key in named:
        if any(context.of("items")) and not context.has("items", key):
            yield row.problem("item_unknown", f"没有事项“{key}”，检查拼写，或先写进 items/。", at=at)
    routed = {route["item"] for route in row.data.get("routes", ())}
    for n, part in enumerate(row.data["items"]):
        if part["item"] not in routed:
            detail = f"“{part['item']}”没有写送到哪里办，在 routes 里补一条。"
            yield row.problem("route_missing", detail, at=f"items.{n}")


def _graph(row: Row, context: Context) -> Iterator[Problem]:
    needs: dict[str, Sequence[str]] = {part["item"]: part.get("needs", ()) for part in row.data["items"]}
    for n, part in enumerate(row.data["items"]):
        for i, other in enumerate(part.get("needs", ())):
            if other not in needs:
                detail = f"“{part['item']}”要先办“{other}”，但这件事里没有它：加进 items，或删去。"
                yield row.problem("prerequisite_unknown", detail, at=f"items.{n}.needs.{i}")
    if ring := cycle(needs):
        n = next(n for n, part in enumerate(row.data["items"]) if part["item"] == ring[0])
        detail = f"互相等着，谁也开始不了：{' → '.join(ring)}。删去其中一个 needs。"
        yield row.problem("prerequisite_cycle", detail, at=f"items.{n}.needs")


def _birth(row: Row) -> Iterator[Problem]:
    for n, part in enumerate(row.data["items"]):
        if part["item"] != BIRTH_REGISTRATION:
            continue
        for i, other in enumerate(part.get("needs", ())):
            if "marriage" in other or "fertility" in other or birth_forbids(other):
                detail = f"出生登记不能等“{other}”：婚姻、生育登记都不是出生登记的条件，删去。"
                yield row.problem("birth_registration_condition", detail, at=f"items.{n}.needs.{i}")
        if "parents.marriage" in _fields(part.get("when")):
            detail = "出生登记办不办不能看父母是否结婚，删去这个 when。"
            yield row.problem("birth_registration_condition", detail, at=f"items.{n}.when")
    for n, scenario in enumerate(row.data.get("scenarios", ())):
        turned_off = BIRTH_REGISTRATION in scenario.get("then", {}).get("off", ())
        if turned_off and "parents.marriage" in _fields(scenario.get("when")):
            detail = "不能因为父母没有结婚就不办出生登记，删去 off 里的这一项。"
            yield row.problem("birth_registration_condition", detail, at=f"scenarios.{n}.then.off")


def _rules(row: Row, context: Context) -> Iterator[Problem]:
    known = rule_keys(context)
    for n, part in enumerate(row.data["items"]):
        for slot, rule in part.get("rules", {}).items():
            if rule not in known:
                detail = f"没有规则“{rule}”：在 limits.yaml 里加一行，写明数值、依据和施行日。"
                yield row.problem("rule_unknown", detail, at=f"items.{n}.rules.{slot}")


def _routes(row: Row, context: Context) -> Iterator[Problem]:
    """A route by line of work leads to a kind of office that this line has."""
    _, offices = directory(context)
    for n, route in enumerate(row.data.get("routes", ())):
        for i, way in enumerate(route["to"]):
            if "body" in way and offices and (way["body"], way.get("kind", "")) not in offices:
                detail = f"“{way['body']}”没有“{way.get('kind', '')}”类的处所：改 kind，或写进 units.yaml。"
                yield row.problem("unit_unknown", detail, at=f"routes.{n}.to.{i}")


def _fields(condition: Any) -> set[str]:
    """The fields that a condition looks at, however deep."""
    if isinstance(condition, Mapping):
        found = {str(condition["field"])} if "field" in condition else set()
        return found.union(*(_fields(value) for value in condition.values()))
    if isinstance(condition, list):
        return set().union(*map(_fields, condition))
    return set()
