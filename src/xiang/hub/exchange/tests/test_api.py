"""Exchanges over REST, by a steward's session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.tests import cast as casting
from xiang.foundation.parties.tests.cast import Cast
from xiang.hub.exchange import operations
from xiang.hub.exchange.models import Run
from xiang.hub.inventory.tests.conftest import bureau, put_standard

from .test_jobs import VALUES, database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("xiang.hub.exchange.tests.urls")]
ROOT = "/api/v1/exchange"


@pytest.fixture
def cast() -> Cast:
    return casting.make()


@pytest.fixture(autouse=True)
def _people(settings: Any, tmp_path: Path, cast: Cast) -> None:
    settings.DATA = tmp_path
    database(tmp_path, "police").fill(range(1, 11))
    operations.put_job("people", VALUES, SYSTEM)


def test_a_client_starts_a_run_follows_it_and_takes_the_receipt(client: Client, cast: Cast) -> None:
    put_standard()
    casting.sign_in(client, bureau("430000.data", "湖南省数据局").writer)
    assert [one["key"] for one in client.get(f"{ROOT}/jobs").json()["items"]] == ["people"]
    begun = client.post(f"{ROOT}/jobs/people/runs", {}, content_type="application/json").json()
    assert begun["state"] == "queued"
    again = client.post(f"{ROOT}/jobs/people/runs", {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "running")
    assert client.get(f"{ROOT}/runs/{begun['id']}/receipt").json()["code"] == "receipt_absent"
    operations.carry_out(Run.objects.get().pk)
    assert client.get(f"{ROOT}/runs/{begun['id']}").json()["state"] == "done"
    receipt = client.get(f"{ROOT}/runs/{begun['id']}/receipt").json()
    assert receipt["holds"] and receipt["content"]["target"]["rows"] == 10
    assert [one["eventType"] for one in client.get(f"{ROOT}/runs/{begun['id']}/lineage").json()] == [
        "START",
        "COMPLETE",
    ]
    assert len(client.get(f"{ROOT}/jobs/people/runs").json()["items"]) == 1


def test_a_client_calls_a_waiting_run_off(client: Client, cast: Cast) -> None:
    put_standard()
    casting.sign_in(client, bureau("430000.data", "湖南省数据局").writer)
    run = operations.start("people", SYSTEM)
    answer = client.post(f"{ROOT}/runs/{run.pk}/cancel", {}, content_type="application/json")
    assert answer.json()["state"] == "cancelled"


def test_an_officer_of_another_body_finds_nothing(client: Client, cast: Cast) -> None:
    run = operations.start("people", SYSTEM)
    casting.sign_in(client, cast.receiver)
    assert client.get(f"{ROOT}/jobs").json()["items"] == []
    assert client.get(f"{ROOT}/runs/{run.pk}").status_code == 404
    assert client.post(f"{ROOT}/jobs/people/runs", {}, content_type="application/json").status_code == 403
