from __future__ import annotations

import logging
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.outbox import delivering, operations, queries, worker
from xiang.foundation.outbox.models import Delivery, Event, State
from xiang.foundation.outbox.subscriptions import (
    Answer,
    Hopeless,
    NotArrived,
    NotSent,
    external,
    isolated,
    repeatable,
    subscribe,
)

pytestmark = pytest.mark.django_db
DAY = date(2025, 9, 22)


@pytest.fixture(autouse=True)
def _own_registry():
    with isolated():
        yield


def state_of(subscriber: str = "s") -> str:
    return Delivery.objects.get(subscriber=subscriber).state


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        operations.emit("a", "k", {})


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_transaction_that_rolls_back_never_happened():
    subscribe("a", "s")(lambda event: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        operations.emit("a", "k", {})
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_every_subscriber_gets_each_event_once():
    seen = []
    subscribe("a", "one")(lambda event: seen.append(("one", event.payload["case_id"])))
    subscribe("a", "two")(lambda event: seen.append(("two", event.payload["case_id"])))
    case_id = uuid4()
    operations.emit("a", "k", {"case_id": case_id})
    assert worker.drain() == 2
    assert worker.drain() == 0
    assert sorted(seen) == [("one", str(case_id)), ("two", str(case_id))]


def test_an_event_that_nobody_subscribes_to_leaves_no_row():
    operations.emit("a", "k", {})
    assert not Event.objects.exists()


@pytest.mark.parametrize("value", ["430102199001011237", "13800138000", "王芳", "x" * 129])
def test_a_payload_with_a_value_in_it_is_refused(value):
    subscribe("a", "s")(lambda event: None)
    with pytest.raises(ValueError, match="ids"):
        operations.emit("a", "k", {"deep": [{"thing": value}]})


def test_what_shares_a_key_arrives_in_order_and_waits_for_the_one_that_failed():
    seen: list[int] = []
    failing = {1}

    @subscribe("a", "s")
    def handler(event):
        if event.payload["n"] in failing:
            raise OSError
        seen.append(event.payload["n"])

    with instant.frozen_at(DAY):
        for n in (1, 2, 3):
            operations.emit("a", "k", {"n": n})
        operations.emit("a", "other", {"n": 9})
        worker.drain()
        assert seen == [9]
        failing.clear()
        worker.drain()
        assert seen == [9], "the first of the lane is still backing off"
    with instant.frozen_at(instant.start_of(DAY) + timedelta(days=1)):
        worker.drain()
        assert seen == [9, 1, 2, 3]


def test_events_without_a_key_do_not_wait_for_each_other():
    seen = []

    @subscribe("a", "s")
    def handler(event):
        if event.payload["n"] == 1:
            raise OSError
        seen.append(event.payload["n"])

    operations.emit_many("a", [("", {"n": n}) for n in (1, 2, 3)])
    worker.drain()
    assert seen == [2, 3]


def test_a_handler_that_fails_leaves_nothing_behind():
    @subscribe("a", "s")
    def handler(event):
        operations.emit("b", "k", {})
        raise OSError

    subscribe("b", "t")(lambda event: None)
    operations.emit("a", "k", {})
    worker.drain()
    assert not Event.objects.filter(kind="b").exists()
    assert state_of() == State.READY


def test_the_last_attempt_parks_and_an_operator_retries_or_drops():
    broken = [True]
    seen = []

    @subscribe("a", "s", attempts=3)
    def handler(event):
        if broken and event.payload["n"] == 1:
            raise OSError("王芳 13800138000")
        seen.append(event.payload["n"])

    start = instant.start_of(DAY)
    with instant.frozen_at(start):
        operations.emit("a", "k", {"n": 1})
        operations.emit("a", "k", {"n": 2})
    for hour in range(5):
        with instant.frozen_at(start + timedelta(hours=hour)):
            worker.drain()
    stopped = queries.parked().get()
    assert (stopped.attempts, stopped.reason.split()[0], seen) == (3, "OSError", []), "parked, and it blocks its lane"
    with instant.frozen_at(start + timedelta(hours=6)):
        with pytest.raises(Refused):
            operations.drop(stopped.pk, " ")
        operations.drop(stopped.pk, "duplicate")
        with pytest.raises(Refused):
            operations.retry(stopped.pk)
        worker.drain()
        assert seen == [2]
        broken.clear()
        Delivery.objects.filter(pk=stopped.pk).update(state=State.PARKED)
        operations.retry(stopped.pk)
        worker.drain()
        assert seen == [2, 1]


def test_what_cannot_be_helped_parks_at_once():
    @subscribe("a", "s")
    def handler(event):
        raise Hopeless("no_such_template")

    operations.emit("a", "k", {})
    worker.drain()
    assert queries.parked().get().reason.startswith("no_such_template")


def test_a_failure_logs_one_line_without_its_message(caplog):
    @subscribe("a", "s")
    def handler(event):
        raise ValueError("王芳 13800138000")

    operations.emit("a", "k", {})
    with caplog.at_level(logging.INFO, "xiang.outbox"):
        worker.drain()
    assert len(caplog.records) == 1
    assert "ValueError" in caplog.text
    assert "13800138000" not in caplog.text


def test_a_test_may_ask_for_the_failure_itself():
    @subscribe("a", "s")
    def handler(event):
        raise ZeroDivisionError

    operations.emit("a", "k", {})
    with pytest.raises(ZeroDivisionError):
        worker.drain(raising=True)
    assert state_of() == State.READY


def test_a_call_outside_is_settled_with_its_answer():
    calls, settled = [], []
    external(
        "a",
        "s",
        call=lambda event, key: calls.append(key) or "receipt",
        settle=lambda event, result: settled.append(result),
        reconcile=repeatable,
    )
    operations.emit("a", "k", {})
    worker.drain()
    assert (len(calls), settled, state_of()) == (1, ["receipt"], State.DONE)


def test_a_call_that_was_never_sent_is_made_again_without_reconciling():
    answers: list[Exception | str] = [NotSent(), "receipt"]
    asked = []

    def call(event, key):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    external("a", "s", call=call, settle=lambda e, r: None, reconcile=lambda e, k: asked.append(k) or NotArrived())
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        worker.drain()
        assert state_of() == State.READY
    with instant.frozen_at(DAY + timedelta(days=1)):
        worker.drain()
    assert (state_of(), asked) == (State.DONE, [])


@pytest.mark.parametrize(("arrived", "calls_made"), [(True, 1), (False, 2)])
def test_a_call_without_an_answer_is_reconciled_before_any_retry(arrived, calls_made):
    calls, settled = [], []

    def call(event, key):
        calls.append(key)
        if len(calls) == 1:
            raise TimeoutError
        return "second"

    def reconcile(event, key):
        assert key == calls[0]
        return Answer("first") if arrived else NotArrived()

    external("a", "s", call=call, settle=lambda event, result: settled.append(result), reconcile=reconcile)
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        worker.drain()
        assert state_of() == State.UNKNOWN
        assert len(calls) == 1
    with instant.frozen_at(DAY + timedelta(days=1)):
        worker.drain()
    assert state_of() == State.DONE
    assert len(calls) == calls_made
    assert len(set(calls)) == 1, "every attempt carries the same key"
    assert settled == ["first" if arrived else "second"]


def test_an_unknown_outcome_that_cannot_be_reconciled_parks_and_stays_unknown_when_retried():
    def fail(event, key):
        raise TimeoutError

    calls = []
    external("a", "s", call=lambda e, k: calls.append(k) or fail(e, k), settle=fail, reconcile=fail, attempts=2)
    start = instant.start_of(DAY)
    with instant.frozen_at(start):
        operations.emit("a", "k", {})
    for hour in range(4):
        with instant.frozen_at(start + timedelta(hours=hour)):
            worker.drain()
    assert state_of() == State.PARKED
    operations.retry(queries.parked().get().pk)
    assert state_of() == State.UNKNOWN
    assert len(calls) == 1


def test_a_settling_that_fails_is_reconciled_not_called_again():
    settled = []

    def settle(event, result):
        settled.append(result)
        if len(settled) == 1:
            raise OSError

    calls = []
    external("a", "s", call=lambda e, k: calls.append(k), settle=settle, reconcile=lambda e, k: Answer("asked"))
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        worker.drain()
    with instant.frozen_at(DAY + timedelta(days=1)):
        worker.drain()
    assert (len(calls), settled, state_of()) == (1, [None, "asked"], State.DONE)


def test_a_worker_that_lost_its_lease_leaves_no_effect():
    seen = []
    subscribe("a", "s")(lambda event: seen.append(event.id))
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        slow = delivering.take()
    with instant.frozen_at(DAY + timedelta(days=1)):
        assert worker.drain() == 1, "the lease had run out, another worker took it"
        assert not delivering.carry_out(slow.deliveries[0])
    assert len(seen) == 1


def test_a_lease_that_is_kept_is_not_taken_by_another():
    subscribe("a", "s")(lambda event: None)
    start = instant.start_of(DAY)
    with instant.frozen_at(start):
        operations.emit("a", "k", {})
        mine = delivering.take()
    with instant.frozen_at(start + timedelta(seconds=20)):
        delivering.renew(mine.token)
    with instant.frozen_at(start + timedelta(seconds=45)):
        assert delivering.take().deliveries == []
    with instant.frozen_at(start + timedelta(seconds=51)):
        assert len(delivering.take().deliveries) == 1


def test_what_kills_its_worker_every_time_parks_and_takes_no_other_along():
    seen = []
    subscribe("a", "s", attempts=3)(lambda event: seen.append(event.payload["n"]))
    start = instant.start_of(DAY)
    with instant.frozen_at(start):
        operations.emit_many("a", [("", {"n": n}) for n in range(4)])
    for minute in range(12):  # each time the worker takes and dies as soon as it meets number 0
        with instant.frozen_at(start + timedelta(minutes=minute)):
            for delivery in delivering.take().deliveries:
                if delivery.event.payload["n"] == 0 and delivery.attempts <= 3:
                    break
                delivering.carry_out(delivery)
    assert queries.parked().get().reason.startswith("worker_died")
    assert sorted(seen) == [1, 2, 3]


def test_a_delivery_whose_room_is_gone_parks():
    subscribe("a", "s")(lambda event: None)
    operations.emit("a", "k", {})
    with isolated():
        worker.drain()
    assert queries.parked().get().reason.startswith("no_subscriber")


def test_two_subscribers_of_one_kind_may_not_share_a_name():
    subscribe("a", "s")(lambda event: None)
    with pytest.raises(ValueError, match="called s"):
        subscribe("a", "s")(lambda event: None)


def test_old_work_is_pruned_and_unfinished_work_is_kept():
    subscribe("a", "s")(lambda event: None)
    subscribe("b", "t")(lambda event: 1 / 0)
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        operations.emit("b", "k", {})
        worker.drain()
    with instant.frozen_at(DAY + timedelta(days=29)):
        assert operations.prune() == 0
    with instant.frozen_at(DAY + timedelta(days=31)):
        assert operations.prune() == 1
        assert list(Event.objects.values_list("kind", flat=True)) == ["b"]


def test_health_says_what_waits_and_since_when():
    subscribe("a", "s")(lambda event: None)
    with instant.frozen_at(DAY):
        operations.emit("a", "k", {})
        health = queries.health()
        assert (health.waiting, health.parked, health.oldest) == (1, 0, instant.now())


def test_the_back_off_doubles_up_to_an_hour():
    assert timedelta(seconds=2) <= delivering.pause(1) <= timedelta(seconds=2.5)
    assert timedelta(seconds=16) <= delivering.pause(4) <= timedelta(seconds=20)
    assert timedelta(hours=1) <= delivering.pause(400) <= timedelta(hours=1.25)


def test_what_was_taken_behind_a_failure_goes_back_untried():
    @subscribe("a", "s")
    def handler(event):
        if event.payload["n"] == 2:
            raise OSError

    operations.emit_many("a", [("k", {"n": n}) for n in range(1, 5)])
    assert worker.drain() == 1
    left = Delivery.objects.filter(due_at__isnull=False).order_by("pk")
    assert list(left.values_list("state", "attempts")) == [("ready", 1), ("ready", 0), ("ready", 0)]


def test_an_event_may_be_held_back_until_its_time():
    seen = []
    subscribe("a", "s")(lambda event: seen.append(event.payload["n"]))
    start = instant.start_of(DAY)
    with instant.frozen_at(start):
        operations.emit("a", "", {"n": 1}, after=start + timedelta(hours=8))
        assert worker.drain() == 0
    with instant.frozen_at(start + timedelta(hours=8)):
        assert worker.drain() == 1
