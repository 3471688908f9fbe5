"""The registries over REST: the way of a record, its golden one, the queue; who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.models import Staff
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.bases import operations

from .numbers import number

MINE = number(123)
LIU = {"name": "刘芸", "birth_date": "1985-03-12", "address": "长沙市岳麓区五一大道12号3栋402"}
pytestmark = pytest.mark.usefixtures("bases")


def call(who: Staff | None, method: str, path: str, said: Any = None) -> Any:
    client = Client()
    if who is not None:
        casting.sign_in(client, who)
    given = {"content_type": "application/json"} if method == "post" else {}
    return getattr(client, method)(f"/api/v1/hub/bases{path}", said, **given)


@pytest.fixture
def lead(cast: Cast) -> Staff:
    return casting.officer("祝凡", "lead", cast.police, cast.station, "steward", second_factor=True)


def resolve(who: Staff | None, source: str, reference: str, **values: str) -> Any:
    return call(who, "post", f"/sources/{source}/records", {"reference": reference, "values": values})


def test_a_record_is_resolved_found_decided_and_taken_apart_again(lead: Staff) -> None:
    first = resolve(lead, "police", "1", **LIU, id_number=MINE).json()
    other = resolve(lead, "health", "a", **LIU | {"name": "刘芳"}).json()
    assert (first["outcome"], other["outcome"], other["pairs"]) == ("new", "uncertain", 1)
    assert resolve(lead, "police", "1", **LIU, id_number=MINE).json()["outcome"] == "unchanged"

    found = call(lead, "post", "/person/search", {"fields": {"id_number": MINE}})
    assert [one["id"] for one in found.json()] == [first["golden"]]
    assert MINE not in found.content.decode() and "刘芸" not in found.content.decode()

    (pair,) = call(lead, "get", "/pairs?registry=person").json()["items"]
    assert set(pair["golden"]) == {first["golden"], other["golden"]} and pair["parts"]
    decided = call(lead, "post", f"/pairs/{pair['id']}/decision", {"decision": "merge"})
    assert decided.json()["state"] == "merged" and call(lead, "get", "/pairs").json()["items"] == []

    whole = call(lead, "get", f"/golden/{other['golden']}").json()
    assert whole["id"] == first["golden"] and len(whole["records"]) == 2
    name = next(one for one in whole["values"] if one["field"] == "name")
    assert (name["source"], name["rule"], name["against"]) == ("police表", "权威来源优先", 1)
    undone = call(lead, "post", f"/merges/{whole['merges'][0]['id']}/undo", {"reason": "是姐妹"}).json()
    assert undone["id"] == other["golden"]
    again = call(lead, "post", f"/golden/{first['golden']}/merges", {"other": other["golden"], "reason": "同一人"})
    assert again.json()["id"] == first["golden"]


def test_registries_are_listed_with_sources_and_what_was_counted(lead: Staff) -> None:
    resolve(lead, "police", "1", **LIU)
    operations.count()
    person = next(one for one in call(lead, "get", "").json() if one["key"] == "person")
    assert (person["golden"], person["rules"]["phone"]) == (1, "recent")
    assert [one["key"] for one in person["sources"]] == ["police", "health", "insurance"]


def test_each_caller_reaches_only_what_is_theirs(lead: Staff, cast: Cast) -> None:
    golden = resolve(lead, "police", "1", **LIU).json()["golden"]
    resolve(lead, "health", "a", **LIU | {"name": "刘芳"})
    pair = call(lead, "get", "/pairs").json()["items"][0]["id"]
    neighbour = casting.officer("苗青", "other", cast.health, cast.clinic, "steward", second_factor=True)
    assert resolve(neighbour, "police", "9", **LIU).json()["code"] == "not_lead"
    decision = {"decision": "merge"}
    assert call(neighbour, "get", "/pairs").json()["items"] == []
    for who, statuses in ((neighbour, {404}), (cast.receiver, {404}), (None, {401})):
        assert call(who, "get", f"/golden/{golden}").status_code in statuses
        assert call(who, "post", f"/pairs/{pair}/decision", decision).status_code in statuses
    assert call(cast.receiver, "get", "").status_code == 404
    assert resolve(lead, "police", "2", shoe="40").status_code == 422
