"""What can be done with orders. Every change of state is one conditional update, so doubles change nothing.

1. ``order_for_case`` writes what is owed. 2. ``begin`` opens a trade at the institution. 3. ``take`` believes what the
institution says of a trade, whoever asked (call-back, return, reconciliation): paid once, whatever comes twice.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from xiang.foundation.cases.models import Case
from xiang.foundation.documents.operations import next_serial
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.outbox import operations as outbox
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.parties.models import Body
from xiang.services.payments import terms
from xiang.services.payments.gateways import Charge, NotReachedError, Trade, gateways
from xiang.services.payments.measures import count_paid
from xiang.services.payments.models import UNPAID, Movement, Order, Reconciliation, State

REFUND = "payment.refund"
CLOSE = "payment.close"
COUNTER = "counter"
"""Money that came over a counter is no trade of an institution."""


@transaction.atomic
def order_for_case(case: Case, amount_fen: int, payee: Body, purpose: str, *, deadline: date | None = None) -> Order:
    """What the applicant of a case is to pay, in the caller's transaction; asked again, it answers the first order.
    ``amount_fen`` comes from a dated row of ``statutes``; the row is kept with the order."""
    if case.applicant is None:
        raise Refused("nobody_pays", "这件事没有申请人，不能开缴费单。")
    key = f"case:{case.id}:{purpose}"[:160]
    known = Order.objects.filter(idempotency=key).first()
    if known:
        return known
    found = terms.of_case(case, amount_fen)
    year = instant.today().year
    order = Order(
        number=f"JF{year}{next_serial('', 'payment', year):08d}",
        idempotency=key,
        case=case,
        payer=case.applicant,
        payee=payee,
        amount_fen=amount_fen,
        purpose=purpose[:120],
        about=case.title[:120],
        rule=found.amount,
        deadline=deadline or found.deadline,
        deadline_rule=found.window,
        created_at=instant.now(),
        changed_at=instant.now(),
    )
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        return Order.objects.get(idempotency=key)
    refs = {"order": order.number, "amount_fen": str(amount_fen)}
    ledger.record("payment.ordered", SYSTEM.ref, refs, case_id=case.id)
    return order


def begin(order: Order, actor: Actor, return_url: str) -> str:
    """Open the trade at the institution and answer where the person pays. Never inside a transaction.

    An answer that does not come leaves ``unknown``: nobody can pay a second time before it is reconciled.
    """
    if actor.is_staff or actor.subject_id != order.payer_id:
        raise Absent
    gateway = gateways.active()
    opened = _opened(order.id, gateway.key, actor)
    if opened.pay_url and opened.state == State.PAYING:
        return opened.pay_url
    charge = Charge(trade_key(opened), opened.number, opened.amount_fen, opened.purpose, return_url)
    try:
        url = gateway.create(charge)
    except NotReachedError as wrong:
        _move(opened.id, (State.PAYING,), state=State.CREATED, trouble="not_reached")
        raise DomainError("payment_not_reached", "支付机构暂时连不上，没有扣款。过一会儿再点一次。") from wrong
    except Exception as wrong:
        _move(opened.id, (State.PAYING,), state=State.UNKNOWN, trouble=type(wrong).__name__[:60])
        raise DomainError("payment_unknown", "支付机构没有答复，正在核对。核对清楚前不会让您重复付款。") from wrong
    _move(opened.id, (State.PAYING,), pay_url=url[:300])
    return url


@transaction.atomic
def _opened(order_id: UUID, gateway: str, actor: Actor) -> Order:
    order = Order.objects.select_for_update().get(id=order_id)
    if order.state == State.PAYING:
        return order
    if order.state != State.CREATED:
        raise Refused("not_payable", f"这张缴费单{State(order.state).label}，不用再付。")
    # A trade that never arrived is opened again under its own key: should it turn up late, it is the same money.
    again = order.attempt > 0 and order.trouble in ("not_arrived", "not_reached")
    order.state, order.gateway, order.pay_url = State.PAYING, order.gateway if again else gateway, ""
    order.attempt += 0 if again else 1
    order.trouble, order.changed_at = "", instant.now()
    order.save(update_fields=["state", "gateway", "attempt", "pay_url", "trouble", "changed_at"])
    refs = {"order": order.number, "attempt": str(order.attempt)}
    ledger.record("payment.begun", actor.ref, refs, case_id=order.case_id)
    return order


def trade_key(order: Order) -> str:
    """The trade of the present attempt: a new attempt begins only when the last trade can no longer be paid."""
    return f"{order.id}:{order.attempt}"


def order_of_trade(key: str) -> Order:
    """The order that a trade belongs to; ``Absent`` for a key that is none of ours, or of an attempt long closed."""
    order_id, _, attempt = key.partition(":")
    try:
        found = Order.objects.filter(id=UUID(order_id), attempt=int(attempt)).first()
    except ValueError:
        found = None
    if found is None:
        raise Absent
    return found


def look(order: Order) -> Order:
    """Ask the institution how the order's trade stands, and believe it. Never inside a transaction."""
    if order.attempt == 0:
        return order
    return take(order.id, gateways.get(order.gateway).query(trade_key(order)))


def called_back(gateway_key: str, body: bytes, signature: str) -> Order:
    """A call-back of the institution: proved, then the trade is asked for. A second one changes nothing."""
    gateway = gateways.get(gateway_key)
    key = gateway.read_callback(body, signature)
    order = order_of_trade(key)
    return take(order.id, gateway.query(key))


@transaction.atomic
def take(order_id: UUID, trade: Trade) -> Order:
    """Believe what the institution says of a trade. Twice the same is once; a wrong sum is believed by nobody."""
    order = Order.objects.select_for_update().get(id=order_id)
    if trade.key != trade_key(order):
        return order
    match trade.state:
        case "paid":
            _paid(order, trade)
        case "refunded":
            _paid(order, trade)
            _refunded(order, trade)
        case "failed":
            _failed(order)
        case "absent":
            # It never arrived: it may be opened again.
            _move(order.id, (State.PAYING, State.UNKNOWN), state=State.CREATED, pay_url="", trouble="not_arrived")
        case "open":
            _move(order.id, (State.UNKNOWN,), state=State.PAYING, trouble="")
    return Order.objects.get(id=order_id)


def _failed(order: Order) -> None:
    """The trade can no longer be paid: a new one may be begun, unless the order itself is to be closed."""
    closing = order.trouble == "closing"
    state, trouble = (State.FAILED, "case_ended") if closing else (State.CREATED, "declined")
    if _move(order.id, (State.PAYING, State.UNKNOWN), state=state, pay_url="", trouble=trouble):
        ledger.record("payment.failed", SYSTEM.ref, {"order": order.number}, case_id=order.case_id)


def _paid(order: Order, trade: Trade) -> None:
    if order.state not in (*UNPAID, State.FAILED):
        return
    if trade.amount_fen != order.amount_fen or not trade.reference:
        if order.trouble != "amount_differs" and _move(order.id, UNPAID, state=State.UNKNOWN, trouble="amount_differs"):
            refs = {"order": order.number, "told_fen": str(trade.amount_fen)}
            ledger.record("payment.differs", SYSTEM.ref, refs, case_id=order.case_id)
        return
    _settle(order, order.gateway, trade.reference, trade.at or instant.now())


def _settle(order: Order, gateway: str, reference: str, at: datetime) -> bool:
    """The amount has arrived: counted once, however often it is said; ``False`` when it was known."""
    if not _move(order.id, (*UNPAID, State.FAILED), state=State.PAID, gateway=gateway, paid_at=at, trouble=""):
        return False
    order.gateway = gateway
    _note_movement(order, Movement.Kind.PAID, reference, at)
    ledger.record("payment.paid", SYSTEM.ref, {"order": order.number, "trade": reference}, case_id=order.case_id)
    count_paid(order, at)
    if not order.case.open:
        # The case ended while the money was on its way: it goes back without anybody asking.
        _ask_refund(order, "办件已经结束，原路退回", SYSTEM)
        return True
    payload = {"case_id": str(order.case_id), "order_id": str(order.id)}
    outbox.emit("payment.paid", str(order.case.parent_id or order.case_id), payload)
    return True


@transaction.atomic
def settle_paid(order_id: UUID, reference: str = "") -> bool:
    """The amount arrived by another way than an institution (over a counter), as the payee's own system says; ``False``
    when it was known. Not while a trade is under way: that one must be closed first."""
    order = Order.objects.select_for_update().select_related("case").get(id=order_id)
    if order.state in (State.PAYING, State.UNKNOWN):
        raise Refused("trade_under_way", "这张缴费单正在线上支付，请等它有了结果。")
    return _settle(order, COUNTER, reference or order.number, instant.now())


def _refunded(order: Order, trade: Trade) -> None:
    if _move(order.id, (State.PAID, State.REFUNDING), state=State.REFUNDED, trouble=""):
        reference = trade.refund_reference or trade.reference
        _note_movement(order, Movement.Kind.REFUNDED, reference, trade.refunded_at or instant.now())
        refs = {"order": order.number, "trade": reference}
        ledger.record("payment.refunded", SYSTEM.ref, refs, case_id=order.case_id)
        payload = {"case_id": str(order.case_id), "order_id": str(order.id)}
        outbox.emit("payment.refunded", str(order.case_id), payload)


def _note_movement(order: Order, kind: Movement.Kind, reference: str, at: datetime) -> None:
    Movement.objects.create(
        order=order,
        kind=kind,
        gateway=order.gateway,
        reference=reference,
        amount_fen=order.amount_fen,
        at=at,
        day=instant.legal_date(at),
    )


def _move(order_id: UUID, sources: tuple[State, ...], **changes: Any) -> bool:
    changed = Order.objects.filter(id=order_id, state__in=sources).update(changed_at=instant.now(), **changes)
    return bool(changed)


@transaction.atomic
def refund(order: Order, actor: Actor, reason: str) -> None:
    """Give the money back: by the head of the body that was paid. The institution is asked by the worker."""
    if not actor.is_system and not (actor.body_key == order.payee.key and actor.has("head")):
        raise Forbidden("not_your_money", "退款由收款单位的负责人批准。")
    if not reason.strip():
        raise Invalid([FieldError("/reason", "required", "请写明退款理由，会告诉缴费人。")])
    _ask_refund(order, reason.strip()[:200], actor)


def _ask_refund(order: Order, reason: str, actor: Actor) -> None:
    if not _move(order.id, (State.PAID,), state=State.REFUNDING, refund_reason=reason):
        raise Refused("not_paid", "这张缴费单没有缴费，或者已经在退款。")
    ledger.record("payment.refund_asked", actor.ref, {"order": order.number}, case_id=order.case_id)
    if order.gateway == COUNTER:
        _refunded(order, Trade(trade_key(order), "refunded", reference=f"{order.number}-R"))
        return
    outbox.emit(REFUND, str(order.id), {"order_id": str(order.id)})


@transaction.atomic
def close_for_case(case_id: UUID) -> None:
    """A case ended unpaid: nothing can be paid any more. A trade that is open is closed at the institution first."""
    for order in Order.objects.select_for_update().filter(case_id=case_id, state__in=UNPAID):
        if order.state == State.CREATED:
            if _move(order.id, (State.CREATED,), state=State.FAILED, trouble="case_ended"):
                ledger.record("payment.closed", SYSTEM.ref, {"order": order.number}, case_id=case_id)
        elif _move(order.id, (State.PAYING, State.UNKNOWN), trouble="closing"):
            outbox.emit(CLOSE, str(order.id), {"order_id": str(order.id)})


def ask_later(order: Order) -> None:
    """Put a trade that is still open behind the others, so that they are asked for too."""
    _move(order.id, (State(order.state),))


@transaction.atomic
def keep_account(
    gateway: str, day: date, *, ours: tuple[int, int], theirs: tuple[int, int], differences: list[dict[str, object]]
) -> Reconciliation:
    """Keep a day's comparison: count and sum on both sides, and every difference. Compared again, the last stands."""
    found, _ = Reconciliation.objects.update_or_create(
        gateway=gateway,
        day=day,
        defaults={
            "ours_count": ours[0],
            "ours_fen": ours[1],
            "theirs_count": theirs[0],
            "theirs_fen": theirs[1],
            "differences": differences,
            "at": instant.now(),
        },
    )
    refs = {"gateway": gateway, "day": day.isoformat(), "differences": str(len(differences))}
    ledger.record("payment.reconciled", SYSTEM.ref, refs)
    return found
