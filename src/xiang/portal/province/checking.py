"""The cast's file is checked with the rest of the profile; loading it writes nothing (``seed_province`` does)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.portal.province.cast import SEXES
from xiang.portal.province.places import Offices

_PERSON = ("name", "sex", "born", "home")


def check(row: Row, context: Context) -> Iterator[Problem]:
    """People have homes in real divisions and towns with a station; whoever is named exists; no number twice."""
    families = row.data["families"]
    offices = Offices(context.folder)
    people = {key: person for family in families for key, person in family["people"].items()}
    companies = {key for family in families for key in family.get("companies", {})}
    yield from _numbers_once(row, people)
    for place, family in enumerate(families):
        at = f"families.{place}"
        for key, home in family.get("homes", {}).items():
            yield from _check_home(row, f"{at}.homes.{key}", home, offices)
        for key, person in family["people"].items():
            yield from _check_person(row, f"{at}.people.{key}", person, family, people, companies)


def _numbers_once(row: Row, people: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    drawn = Counter((p.get("born"), p.get("sequence")) for p in people.values() if not p.get("passport"))
    for (born, sequence), count in drawn.items():
        if count > 1:
            yield row.problem("number_twice", f"有 {count} 个人都是 {born} 出生、顺序码 {sequence}：换一个顺序码。")
    accounts = Counter(p["account"] for p in people.values() if p.get("account"))
    for account, count in accounts.items():
        if count > 1:
            yield row.problem("account_twice", f"登录名“{account}”用了 {count} 次，换一个。")


def _check_home(row: Row, at: str, home: Mapping[str, Any], offices: Offices) -> Iterator[Problem]:
    code = str(home.get("division", ""))
    if code not in offices.divisions:
        yield row.problem("division_unknown", f"没有区划“{code}”：先写进 divisions.csv。", at=f"{at}.division")
        return
    towns = [town.name for town in offices.towns.get(code, ())]
    if towns and home.get("town") not in towns:
        detail = f"“{home.get('town')}”没有派出所，写成其中之一：{'、'.join(towns)}。"
        yield row.problem("town_unknown", detail, at=f"{at}.town")


def _check_person(
    row: Row,
    at: str,
    person: Mapping[str, Any],
    family: Mapping[str, Any],
    people: Mapping[str, Any],
    companies: set[str],
) -> Iterator[Problem]:
    missing = [name for name in _PERSON if name not in person]
    if missing:
        yield row.problem("field_missing", f"还缺：{'、'.join(missing)}。", at=at)
        return
    for name in ("home", "lives", "property"):
        if name in person and person[name] not in family.get("homes", {}):
            yield row.problem("home_unknown", f"这一家没有住处“{person[name]}”：先写进 homes。", at=f"{at}.{name}")
    for name in ("mother", "father"):
        if person.get(name) and person[name] not in people:
            yield row.problem("person_unknown", f"没有人物“{person[name]}”。", at=f"{at}.{name}")
    if person.get("employer") and person["employer"] not in companies:
        yield row.problem("company_unknown", f"没有单位“{person['employer']}”。", at=f"{at}.employer")
    if person.get("passport"):
        return
    sequence = person.get("sequence")
    if not isinstance(sequence, int) or not 1 <= sequence <= 999 or sequence % 2 != int(SEXES[person["sex"]]) % 2:
        yield row.problem("sequence_parity", "顺序码是 1 到 999，男单女双。", at=f"{at}.sequence")


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.Section(
            kind="cast",
            title="演示人物",
            order=profile.Order.MEASURES + 50,
            files="cast.yaml",
            key=lambda content: "cast" if "families" in content else "",
            schema={
                "type": "object",
                "required": ["families"],
                "properties": {
                    "families": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "object", "required": ["key", "title", "story", "people"]},
                    }
                },
            },
            validate=check,
            apply=lambda row, context: None,
        )
    )
