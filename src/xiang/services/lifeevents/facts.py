"""Facts computed from what is known, so that nobody is asked: the child's surname, age, the kind of household.

A profile names the computation (``compute: surname_of_name``) and the fields that it reads; conditions then look at
the fact like at any answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from xiang.foundation.documents.pdf import missing_glyphs
from xiang.foundation.forms.conditions import holds
from xiang.foundation.ground import instant
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import due
from xiang.services.lifeevents import children

Answers = Mapping[str, Any]
Compute = Callable[[Mapping[str, Any], Answers], Any]

ALONE = "absent"
"""The other parent is not written of."""

COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "闾丘",
        "令狐",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "羊舌",
        "微生",
        "左丘",
        "西门",
        "第五",
        "段干",
    ]
)


def surname(name: str) -> str:
    """The surname of a Chinese name; for a name with ``·`` or in Latin letters the whole first part."""
    for mark in ("·", " "):
        if mark in name:
            return name.split(mark)[0]
    return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def _surname_of_name(row: Mapping[str, Any], answers: Answers) -> Any:
    child, father, mother = (str(answers.get(key) or "") for key in row["from"])
    if not child:
        return None
    for parent, who in ((father, "father"), (mother, "mother")):
        if parent and surname(child) == surname(parent):
            return who
    # Not said before the names of both parents who are written of are known, nor for names in another script.
    known = mother and (father or answers.get("parents.father") == ALONE)
    return "other" if known and "·" not in child and not child.isascii() else None


def _age_at_submission(row: Mapping[str, Any], answers: Answers) -> Any:
    born = day_of(answers.get(row["from"][0]))
    if born is None:
        return None
    today, calendar = instant.today(), statutes.calendar()
    rules = statutes.find_many(row["bounds"].values(), today)
    # In the order of the values: PostgreSQL keeps a mapping in an order of its own.
    for value, rule in ((value, row["bounds"][value]) for value in row["values"] if value in row["bounds"]):
        if rule not in rules:
            raise statutes.RuleMissingError(rule, today)
        last = due(born, rules[rule].limit(), calendar).date
        if last is not None and today <= last:
            return value
    return row["values"][-1]


def _same_or_differ(row: Mapping[str, Any], answers: Answers) -> Any:
    one, other = (answers.get(key) for key in row["from"])
    if not one or not other:
        return "same"
    return "same" if one == other else "differ"


def _months_enough(row: Mapping[str, Any], answers: Answers) -> Any:
    """Whether months paid and months counted as paid reach what the rule asks; not said before they are known."""
    months = [answers.get(key) for key in row["from"]]
    if months[0] is None:
        return None
    return (
        sum(int(m) for m in map(str, months) if m.isdecimal() and len(m) < 6)
        >= statutes.limit(row["rule"], instant.today()).value
    )


def _outside_province(row: Mapping[str, Any], answers: Answers) -> Any:
    division = str(answers.get(row["from"][0]) or "")
    return not division.startswith(statutes.HOME) if division else None


def _old_enough(row: Mapping[str, Any], answers: Answers) -> Any:
    """Whether somebody has reached the age by the end of August before the next school year begins."""
    born = day_of(answers.get(row["from"][0]))
    if born is None:
        return None
    today = instant.today()
    last = date(today.year + (today.month > 8), 8, 31)
    age = statutes.limit(row["rule"], today).value
    return (born.year + age, born.month, born.day) <= (last.year, last.month, last.day)


def _kind_of_chosen_household(row: Mapping[str, Any], answers: Answers) -> Any:
    chosen, mother, father = (answers.get(key) for key in row["from"])
    return father if chosen == "father" else mother


def _other_city_than_residence(row: Mapping[str, Any], answers: Answers) -> Any:
    chosen, mother, father, residence = (str(answers.get(key) or "") for key in row["from"])
    household = father if chosen == "father" else mother
    return bool(household and residence and household[:4] != residence[:4])


def _glyphs_of_name(row: Mapping[str, Any], answers: Answers) -> Any:
    """Of every child of the delivery."""
    keys = [row["from"][0], *(children.renamed(row["from"][0], n) for n in range(2, children.count_of(answers) + 1))]
    return "missing" if missing_glyphs("".join(str(answers.get(key) or "") for key in keys)) else "all"


def _rows_of_delivery(row: Mapping[str, Any], answers: Answers) -> Any:
    return answers.get("child.siblings") or 1


def _same(row: Mapping[str, Any], answers: Answers) -> Any:
    return answers.get(row["from"][0])


def _constant(row: Mapping[str, Any], answers: Answers) -> Any:
    return row["value"]


COMPUTATIONS: Mapping[str, Compute] = {
    "surname_of_name": _surname_of_name,
    "age_at_submission": _age_at_submission,
    "same_or_differ": _same_or_differ,
    "kind_of_chosen_household": _kind_of_chosen_household,
    "other_city_than_residence": _other_city_than_residence,
    "glyphs_of_name": _glyphs_of_name,
    "months_enough": _months_enough,
    "old_enough": _old_enough,
    "outside_province": _outside_province,
    "rows_of_delivery": _rows_of_delivery,
    "same": _same,
    "constant": _constant,
}


def with_facts(content: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """The answers together with every fact that can be computed from them."""
    known = dict(answers)
    rows = list(content.get("facts", ()))
    rows += [_of_child(row, n) for n in range(2, children.count_of(answers) + 1) for row in rows if _is_a_childs(row)]
    for row in rows:
        value = COMPUTATIONS[row["compute"]](row, known) if holds(row.get("when"), known) else None
        if value is not None:
            known[row["key"]] = value
    return known


def _is_a_childs(row: Mapping[str, Any]) -> bool:
    """Whether each of several children has this fact of their own."""
    return bool(row["key"].startswith("child.")) and any(key.startswith("child.") for key in row.get("from", ()))


def _of_child(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    keys = [children.renamed(key, number) for key in row["from"]]
    return {**row, "key": children.renamed(row["key"], number), "from": keys}


def day_of(value: Any) -> date | None:
    """The legal date of an answer; nothing for what is no date: it is kept as typed, and checking it will say so."""
    text = str(value or "")
    try:
        if "T" in text or " " in text:
            return instant.legal_date(datetime.fromisoformat(text))
        return date.fromisoformat(text) if text else None
    except (ValueError, OverflowError):
        return None
