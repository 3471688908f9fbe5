from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from xiang.foundation.outbox import operations, worker
from xiang.foundation.outbox.subscriptions import Hopeless, isolated, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_parked():
    with isolated():
        broken = [True]

        @subscribe("a", "s")
        def handler(event):
            if broken:
                raise Hopeless("no_such_template")

        operations.emit("a", "case-1", {"case_id": "1"})
        worker.drain()
        broken.clear()
        yield


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue()


def test_the_status_counts_what_stopped():
    assert "停放 1" in said("status")
    assert json.loads(said("status", "--json"))["parked"] == 1


def test_a_parked_delivery_is_listed_with_its_reason_and_retried():
    (row,) = json.loads(said("parked", "--json"))
    assert (row["key"], row["reason"].split()[0]) == ("case-1", "no_such_template")
    assert "no_such_template" in said("parked")
    said("retry", str(row["id"]))
    assert worker.drain() == 1
    with pytest.raises(CommandError, match="没有停放"):
        said("retry", str(row["id"]))


def test_dropping_needs_a_reason():
    (row,) = json.loads(said("parked", "--json"))
    with pytest.raises(CommandError, match="为什么"):
        said("drop", str(row["id"]))
    said("drop", str(row["id"]), "--reason", "duplicate")
    assert json.loads(said("parked", "--json")) == []


def test_a_decision_names_its_delivery():
    with pytest.raises(CommandError, match="编号"):
        said("retry")


def test_work_once_does_what_is_due():
    out = StringIO()
    with isolated():
        subscribe("b", "t")(lambda event: None)
        operations.emit("b", "", {})
        call_command("work", "--once", stdout=out)
    assert "已办理 1 条" in out.getvalue()
