"""The decision alone: deny by default, and no union of grants gives more than each would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiang.hub.sharing.enforcement import REASONS, Ask, Terms, decide, requester_covers

DAY = date(2026, 11, 23)
GRANT = Terms(
    key="g",
    requester="*.police",
    resource="person",
    fields=frozenset({"name", "sex"}),
    purposes=frozenset({"service"}),
    items=frozenset({"birth"}),
    basis="《某法》第一条",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)
ASK = Ask("430104.police", "person", frozenset({"name"}), "service", frozenset({"birth"}), DAY)


@pytest.mark.parametrize(
    ("grant", "ask", "code"),
    [
        (GRANT, ASK, ""),
        (GRANT, replace(ASK, body="430104.market"), "no_grant"),
        (GRANT, replace(ASK, resource="household"), "no_grant"),
        (replace(GRANT, revoked=True), ASK, "grant_revoked"),
        (replace(GRANT, valid_from=DAY + timedelta(1)), ASK, "grant_not_begun"),
        (replace(GRANT, valid_to=DAY - timedelta(1)), ASK, "grant_expired"),
        (replace(GRANT, valid_to=DAY), ASK, ""),
        (replace(GRANT, valid_to=None), ASK, ""),
        (GRANT, replace(ASK, purpose="statistics"), "purpose_not_granted"),
        (GRANT, replace(ASK, items=frozenset({"marriage"})), "item_not_granted"),
        (GRANT, replace(ASK, items=frozenset()), "item_not_granted"),
        (replace(GRANT, items=frozenset({"*"})), replace(ASK, items=frozenset()), ""),
        (GRANT, replace(ASK, fields=frozenset({"name", "phone"})), "field_not_granted"),
        (GRANT, replace(ASK, body="*"), ""),
    ],
)
def test_what_is_missing_gives_the_code(grant: Terms, ask: Ask, code: str) -> None:
    assert decide([grant], ask).code == code
    assert not code or code in REASONS


def test_without_any_grant_nothing_is_given() -> None:
    assert decide([], ASK).code == "no_grant"


def test_two_grants_cover_together_what_neither_covers_alone() -> None:
    phone = replace(GRANT, key="p", fields=frozenset({"phone"}), basis="《某法》第二条")
    decision = decide([GRANT, phone], replace(ASK, fields=frozenset({"name", "phone"})))
    assert decision.allowed and set(decision.grants) == {"g", "p"}
    assert decision.basis == "《某法》第一条；《某法》第二条"


@pytest.mark.parametrize(
    ("requester", "body", "covers"),
    [
        ("*.police", "430104.police", True),
        ("*.police", "430000.police", True),
        ("*.police", "430104.police.wangyuehu", False),
        ("*.hospital.mch", "430100.hospital.mch", True),
        ("430104.police", "430105.police", False),
        ("430104.police", "430104.police", True),
        ("*", "430104.market", True),
    ],
)
def test_a_line_of_work_covers_its_bodies_of_every_level(requester: str, body: str, covers: bool) -> None:
    assert requester_covers(requester, body) is covers


NAMES = st.frozensets(st.sampled_from("abcd"), max_size=4)
GRANTS = st.builds(
    Terms,
    key=st.uuids().map(str),
    requester=st.sampled_from(["*.police", "430104.police", "430104.market", "*"]),
    resource=st.sampled_from(["person", "household"]),
    fields=NAMES,
    purposes=st.frozensets(st.sampled_from(["service", "statistics"]), max_size=2),
    items=st.frozensets(st.sampled_from(["birth", "marriage", "*"]), max_size=2),
    basis=st.just("《某法》"),
    valid_from=st.just(date(2026, 1, 1)),
    valid_to=st.sampled_from([None, DAY, DAY - timedelta(1)]),
    revoked=st.booleans(),
)


@given(st.lists(GRANTS, max_size=6), NAMES.filter(bool))
def test_every_allowed_field_stands_in_a_grant_that_would_allow_it_alone(
    grants: list[Terms], wanted: frozenset[str]
) -> None:
    if decide(grants, replace(ASK, fields=wanted)).allowed:
        for name in wanted:
            assert any(decide([grant], replace(ASK, fields=frozenset({name}))).allowed for grant in grants)


@given(st.lists(GRANTS, max_size=6), GRANTS, NAMES.filter(bool))
def test_one_more_grant_never_takes_anything_away(grants: list[Terms], more: Terms, wanted: frozenset[str]) -> None:
    ask = replace(ASK, fields=wanted)
    assert not decide(grants, ask).allowed or decide([*grants, more], ask).allowed
