"""The hub's pages: for stewards, and as if absent for everybody else."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.sharing import operations, queries

from .conftest import Hub

pytestmark = pytest.mark.urls("xiang.hub.sharing.tests.urls")


@pytest.fixture
def steward(client: Client, cast: Cast) -> Client:
    staff = casting.officer("祝凡", "steward", cast.police, cast.station, "steward", second_factor=True)
    return casting.sign_in(client, staff)


def test_the_steward_sees_systems_resources_and_calls(hub: Hub, steward: Client) -> None:
    hub.ask()
    page = steward.get("/hub/").content.decode()
    assert "police系统" in page and "police_person" in page and "近一天 1 次" in page


def test_the_home_draws_who_got_data_of_whom_and_asks_again_by_itself(hub: Hub, steward: Client) -> None:
    assert "还没有机关用过数据" in steward.get("/hub/").content.decode()
    hub.ask()
    flow = steward.get("/hub/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in flow and flow.count('class="s-line"') == 1 and "近一天 1 次" in flow
    (found,) = queries.flows(SYSTEM)
    assert found.provider == "430000.police" and (found.served, found.refused) == (1, 0)


def test_the_steward_unplugs_a_system_and_everybody_reads_since_when(hub: Hub, steward: Client) -> None:
    assert steward.post("/hub/systems/police/", {"state": "down"}).status_code == 302
    assert "起连不上" in steward.get("/hub/").content.decode()
    assert steward.post("/hub/systems/police/", {"state": "up"}).status_code == 302
    assert "起连不上" not in steward.get("/hub/").content.decode()


@override_settings(DEMO=False)
def test_outside_a_demonstration_there_is_no_plug_to_pull(hub: Hub, steward: Client) -> None:
    assert "演示开关" not in steward.get("/hub/").content.decode()
    assert steward.post("/hub/systems/police/", {"state": "down"}).status_code == 409


def test_a_resource_shows_its_fields_and_who_may_read_them(hub: Hub, steward: Client) -> None:
    page = steward.get("/hub/resources/police_person/").content.decode()
    assert "各级公安机关" in page and "办理出生登记" in page and "household_address" in page


def test_the_hub_is_not_there_for_anybody_else(hub: Hub, client: Client) -> None:
    casting.sign_in(client, hub.cast.mother)
    assert client.get("/hub/").status_code == 404
    assert client.get("/hub/resources/police_person/").status_code == 404
    assert client.post("/hub/systems/police/", {"state": "down"}).status_code == 403


def test_an_officer_answers_a_dispute_on_the_page(hub: Hub, client: Client) -> None:
    made = operations.dispute(
        "police_person", hub.subject(hub.cast.mother), "name", "刘云", actor=hub.parent(), reason="错字"
    )
    casting.sign_in(client, hub.cast.receiver)
    assert "刘云" in client.get("/hub/disputes/").content.decode()
    client.post(f"/hub/disputes/{made.pk}/", {"step": "take"})
    client.post(f"/hub/disputes/{made.pk}/", {"step": "keep", "answer": "与户口簿一致"})
    made.refresh_from_db()
    assert (made.state, made.answer) == ("closed", "与户口簿一致")
