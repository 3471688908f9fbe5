"""Paying once, whatever comes twice, late or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests import cast
from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.measures import queries as measures
from xiang.foundation.measures.fold import fold
from xiang.foundation.outbox import subscriptions, worker
from xiang.foundation.parties.tests.cast import sign_in
from xiang.services.payments import following, operations, queries
from xiang.services.payments.gateways import ForgedError, NotReachedError, Trade, gateways
from xiang.services.payments.measures import PAID
from xiang.services.payments.models import DemoTrade, Movement, Reconciliation, State
from xiang.services.payments.vendors.demo import gateway as demo
from xiang.services.payments.vendors.demo import operations as bank

from .town import FEN, Town, account_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    """Somebody listens to payments, as the room of life events does."""
    with subscriptions.isolated():
        following.register_calls()
        heard = []
        subscriptions.subscribe("payment.paid", "test.paid")(lambda event: heard.append(event.payload))
        yield heard


@pytest.fixture
def town(told) -> Town:
    return Town()


class Moody:
    """A gateway in whose way things happen; the book behind it is the demonstration bank's."""

    def __init__(self, wrong: Exception, *, after: bool) -> None:
        self.wrong, self.after, self.real = wrong, after, gateways.get("demo")

    def create(self, charge):
        if self.after:
            self.real.create(charge)
        raise self.wrong


@pytest.fixture
def moody(monkeypatch):
    def make(wrong: Exception, *, after: bool) -> None:
        monkeypatch.setattr(demo.DemoPayment, "create", lambda self, charge: stand_in.create(charge))
        stand_in = Moody(wrong, after=after)
        stand_in.real = _Book()

    return make


class _Book:
    def create(self, charge):
        bank.open_trade(charge)


def test_asking_again_is_the_same_order_and_keeps_why_so_much(town):
    assert town.ordered() == town.order
    assert town.order.amount_fen == FEN
    assert town.order.deadline_rule["value"] == 90
    assert town.order.deadline == date(2025, 12, 15), "counted from the birth, on 16 September in Changsha"
    assert town.order.number.startswith("JF")


def test_a_call_back_twice_before_and_after_the_return_pays_once(town, told):
    town.confirmed()
    assert town.called_back().state == State.PAID
    assert town.called_back().state == State.PAID
    assert operations.look(town.now).state == State.PAID
    assert Movement.objects.filter(kind="paid").count() == 1
    assert Entry.objects.filter(kind="payment.paid").count() == 1
    worker.drain(raising=True)
    assert told == [{"case_id": str(town.case.id), "order_id": str(town.order.id)}]


def test_the_return_alone_settles_when_the_call_back_never_comes(town):
    town.confirmed()
    assert operations.look(town.now).state == State.PAID


def test_a_forged_call_back_is_refused(town):
    town.begin()
    for body in (town.key.encode(), b"something"):
        with pytest.raises(ForgedError):
            operations.called_back("demo", body, "0" * 64)
    assert town.now.state == State.PAYING
    answer = Client().post("/payments/callback/demo/", town.key.encode(), content_type="text/plain")
    assert answer.status_code == 403


def test_a_true_call_back_is_believed_only_as_far_as_the_book_says(town):
    town.begin()
    assert town.called_back().state == State.PAYING, "the institution said it was paid before it was"


def test_another_sum_than_asked_for_is_believed_by_nobody(town):
    town.begin()
    operations.take(town.order.id, Trade(town.key, "paid", FEN - 1, "YS1", instant.now()))
    assert (town.now.state, town.now.trouble) == (State.UNKNOWN, "amount_differs")
    assert not Movement.objects.exists()
    operations.take(town.order.id, Trade(town.key, "paid", FEN - 1, "YS1", instant.now()))
    assert Entry.objects.filter(kind="payment.differs").count() == 1


def test_an_answer_that_never_came_is_unknown_and_nobody_pays_twice(town, moody, monkeypatch):
    moody(TimeoutError(), after=True)
    with pytest.raises(DomainError, match="payment_unknown"):
        town.begin()
    assert town.now.state == State.UNKNOWN
    with pytest.raises(Refused, match="not_payable"):
        town.begin()
    monkeypatch.undo()
    with instant.frozen_at(instant.now() + timedelta(minutes=2)):
        assert following.reconcile() == 1
    assert town.now.state == State.PAYING, "it had arrived: the same trade goes on"
    assert town.begin().endswith(f"{town.key}/") or town.begin()
    assert DemoTrade.objects.count() == 1


def test_a_call_that_never_arrived_is_made_again_under_its_own_key(town, moody, monkeypatch):
    moody(TimeoutError(), after=False)
    with pytest.raises(DomainError):
        town.begin()
    key = town.key
    monkeypatch.undo()
    with instant.frozen_at(instant.now() + timedelta(minutes=2)):
        following.reconcile()
    assert town.now.state == State.CREATED
    town.begin()
    assert town.key == key, "should the first one turn up late after all, it is the same money"


def test_an_institution_that_cannot_be_reached_leaves_the_order_open(town, moody, monkeypatch):
    moody(NotReachedError(), after=False)
    with pytest.raises(DomainError, match="payment_not_reached"):
        town.begin()
    assert town.now.state == State.CREATED
    monkeypatch.undo()
    assert town.begin()


def test_two_taps_open_one_trade(town):
    assert town.begin() == town.begin()
    assert DemoTrade.objects.count() == 1


def test_a_payment_that_nobody_answered_for_is_found_by_reconciling(town):
    town.confirmed()
    assert following.reconcile() == 0, "a person needs a moment to pay"
    with instant.frozen_at(instant.now() + timedelta(minutes=2)):
        assert following.reconcile() == 1
    assert town.now.state == State.PAID


def test_what_is_still_open_does_not_keep_others_from_being_asked_for(town):
    town.begin()
    with instant.frozen_at(instant.now() + timedelta(minutes=2)):
        assert following.reconcile() == 1
        assert following.reconcile() == 0


def test_a_refund_is_decided_by_the_head_of_who_was_paid_and_happens_once(town):
    town.confirmed()
    town.called_back()
    for actor in (town.actor, town.world.market.receiver, town.world.police.head):
        with pytest.raises(Forbidden):
            operations.refund(town.now, actor, "重复缴费")
    with pytest.raises(Invalid):
        operations.refund(town.now, town.world.market.head, " ")
    operations.refund(town.now, town.world.market.head, "重复缴费")
    with pytest.raises(Refused):
        operations.refund(town.now, town.world.market.head, "再退一次")
    assert town.now.state == State.REFUNDING
    worker.drain(raising=True)
    assert town.now.state == State.REFUNDED
    assert DemoTrade.objects.get().state == "refunded"
    assert list(Movement.objects.order_by("id").values_list("kind", "amount_fen")) == [("paid", FEN), ("refunded", FEN)]


def test_only_what_was_paid_is_given_back(town):
    with pytest.raises(Refused, match="not_paid"):
        operations.refund(town.now, town.world.market.head, "没有缴")


def test_a_case_that_ends_unpaid_closes_its_order_at_the_institution_too(town):
    town.begin()
    operations.close_for_case(town.case.id)
    worker.drain(raising=True)
    assert (town.now.state, town.now.trouble) == (State.FAILED, "case_ended")
    with pytest.raises(Refused):
        bank.pay(town.key)


def test_money_that_arrives_after_its_case_has_ended_goes_back_by_itself(town, told):
    town.confirmed()
    Case.objects.filter(id=town.case.id).update(open=False, concluded_at=instant.now())
    operations.close_for_case(town.case.id)
    worker.drain(raising=True)
    assert town.now.state == State.REFUNDED
    assert told == [], "nobody is told of a payment that went back"


def test_over_a_counter_it_is_paid_once_and_not_while_a_trade_is_under_way(town, told):
    town.begin()
    with pytest.raises(Refused, match="trade_under_way"):
        operations.settle_paid(town.order.id)
    bank.close(town.key)
    operations.look(town.now)
    assert operations.settle_paid(town.order.id, "POS-1")
    assert not operations.settle_paid(town.order.id, "POS-1")
    worker.drain(raising=True)
    assert len(told) == 1


def test_the_day_is_compared_line_by_line(town):
    today = instant.today()
    town.confirmed()
    town.called_back()
    assert following.compare("demo", today).even
    book = DemoTrade.objects.get()
    DemoTrade.objects.create(
        key="x:1", order_number="x", subject="x", amount_fen=5, state="paid", return_url="/", reference="YS-STRANGE",
        created_at=instant.now(), paid_at=instant.now(),
    )  # fmt: skip
    DemoTrade.objects.filter(key=book.key).update(amount_fen=FEN + 1)
    found = following.compare("demo", today)
    assert {row["code"] for row in found.differences} == {"theirs_alone", "unequal"}
    assert (found.ours_fen, found.theirs_fen) == (FEN, FEN + 6)
    DemoTrade.objects.all().delete()
    assert [row["code"] for row in following.compare("demo", today).differences] == ["ours_alone"]
    assert Reconciliation.objects.count() == 1, "the last comparison of a day stands"


def test_the_figure_agrees_with_a_recount(town):
    town.confirmed()
    town.called_back()
    fold()
    assert measures.recount(PAID).agrees
    assert measures.figure(PAID).numerator == FEN


def test_an_order_is_its_payers_and_its_payees(town):
    assert queries.order_for(town.actor, town.order.id) == town.order
    assert queries.order_for(town.world.market.receiver, town.order.id) == town.order
    for actor in (cast.resident(town.stranger), town.world.police.head):
        with pytest.raises(Absent):
            queries.order_for(actor, town.order.id)
    for actor in (cast.resident(town.stranger), town.world.market.head):
        with pytest.raises(Absent):
            operations.begin(town.order, actor, "/back/")


# Pages -------------------------------------------------------------------------------------------------------------


def browser(party) -> Client:
    account_of(party)
    return sign_in(Client(), party)


def test_paying_by_page_from_the_order_to_the_receipt(town):
    payer = browser(town.payer)
    page = payer.get(f"/payments/{town.order.id}/").content.decode()
    assert "400.00" in page
    assert "新生儿参保缴费后自出生起享受待遇：自婴儿出生之日起 90" in page
    there = payer.post(f"/payments/{town.order.id}/pay/")
    assert there["Location"].startswith("/demo/pay/")
    assert "演示付款，不会扣钱" in payer.get(there["Location"]).content.decode()
    receipt = payer.post(there["Location"], {"pay": "1"}, follow=True).content.decode()
    assert "已缴费" in receipt
    assert Movement.objects.get().reference in receipt
    assert payer.post(f"/payments/{town.order.id}/pay/").status_code == 409
    assert payer.get(f"/payments/case/{town.case.number}/")["Location"].endswith(f"{town.order.id}/")


def test_turning_back_at_the_bank_pays_nothing(town):
    payer = browser(town.payer)
    there = payer.post(f"/payments/{town.order.id}/pay/")["Location"]
    page = payer.post(there, follow=True).content.decode()
    assert "继续付款" in page
    assert town.now.state == State.PAYING


def test_a_stranger_finds_neither_order_nor_bill(town):
    stranger = browser(town.stranger)
    town.begin()
    assert stranger.get(f"/payments/{town.order.id}/").status_code == 404
    assert stranger.post(f"/payments/{town.order.id}/pay/").status_code == 404
    assert stranger.get(f"/demo/pay/{town.key}/").status_code == 404
    assert stranger.post(f"/demo/pay/{town.key}/", {"pay": "1"}).status_code == 404
    assert "没有要缴的费用" in stranger.get("/payments/").content.decode()
    assert town.now.state == State.PAYING


def test_the_daily_account_is_for_heads_of_who_is_paid(town):
    head = sign_in(Client(), town.world.market.zhao)
    assert "每日对账" in head.get("/desk/payments/").content.decode()
    assert sign_in(Client(), town.world.police.zhao).get("/desk/payments/").status_code == 404


def test_a_page_asks_the_database_little(town, django_assert_max_num_queries):
    payer = browser(town.payer)
    with django_assert_max_num_queries(15):
        payer.get(f"/payments/{town.order.id}/")
