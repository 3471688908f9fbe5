"""The worker's part: refunds and closings at the institution, orders that nobody answered for, the daily account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from xiang.foundation.ground import instant
from xiang.foundation.outbox.subscriptions import Answer, Event, NotArrived, NotSent, external, subscribe
from xiang.foundation.outbox.worker import periodic
from xiang.services.payments import operations
from xiang.services.payments.gateways import NotReachedError, PaymentGateway, StatementRow, Trade, gateways
from xiang.services.payments.models import Movement, Order, Reconciliation, State

WAIT = timedelta(minutes=1)
"""How long a trade is left alone before it is asked for: a person needs a moment to pay."""
_MANY = 200


def _order(event: Event) -> Order:
    return Order.objects.get(id=event.payload["order_id"])


def _asked(event: Event, ask: Callable[[PaymentGateway, Order], Trade]) -> Trade:
    order = _order(event)
    try:
        return ask(gateways.get(order.gateway), order)
    except NotReachedError as wrong:
        raise NotSent("not_reached") from wrong


def refund(event: Event, key: str) -> Trade:
    return _asked(event, lambda gateway, o: gateway.refund(operations.trade_key(o), o.amount_fen, o.refund_reason))


def close(event: Event, key: str) -> Trade:
    return _asked(event, lambda gateway, order: gateway.close(operations.trade_key(order)))


def settle(event: Event, trade: Trade) -> None:
    operations.take(UUID(event.payload["order_id"]), trade)


def what_became(event: Event, key: str) -> Answer | NotArrived:
    """After an unanswered call: what the institution's book says. A trade that is as before was not reached."""
    trade = _asked(event, lambda gateway, order: gateway.query(operations.trade_key(order)))
    return Answer(trade) if trade.state in ("refunded", "failed") else NotArrived()


def reconcile() -> int:
    """Ask for every trade that is under way for a while, answered or not; answers how many were asked for."""
    waiting = Order.objects.filter(
        state__in=(State.PAYING, State.UNKNOWN), changed_at__lt=instant.now() - WAIT, attempt__gt=0
    ).order_by("changed_at")
    asked = 0
    for order in waiting[:_MANY]:
        try:
            operations.look(order)
        except NotReachedError:
            break
        operations.ask_later(order)
        asked += 1
    return asked


def reconcile_yesterday() -> None:
    """The account of the day before, with every institution that moved money for us."""
    day = instant.today() - timedelta(days=1)
    for gateway in gateways.all():
        if not Reconciliation.objects.filter(gateway=gateway.key, day=day).exists():
            compare(gateway.key, day)


def compare(gateway_key: str, day: date) -> Reconciliation:
    """Compare a day with the institution's own account, line by line; may be repeated, the last comparison stands."""
    theirs = {(str(row.kind), row.reference): row for row in gateways.get(gateway_key).statement(day)}
    moved = Movement.objects.filter(gateway=gateway_key, day=day).select_related("order")
    ours = {(str(row.kind), row.reference): row for row in moved}
    differences = [*_theirs_alone(theirs, ours), *_ours_alone(theirs, ours), *_unequal(theirs, ours)]
    return operations.keep_account(
        gateway_key,
        day,
        ours=(len(ours), sum(_signed(str(row.kind), row.amount_fen) for row in ours.values())),
        theirs=(len(theirs), sum(_signed(row.kind, row.amount_fen) for row in theirs.values())),
        differences=differences,
    )


_Line = tuple[str, str]


def _signed(kind: str, fen: int) -> int:
    return fen if kind == "paid" else -fen


def _theirs_alone(theirs: dict[_Line, StatementRow], ours: dict[_Line, Movement]) -> list[dict[str, object]]:
    """Money at the institution that we do not know of: the trade is asked for by the next reconciling."""
    alone = [row for line, row in theirs.items() if line not in ours]
    return [{"code": "theirs_alone", "reference": r.reference, "fen": r.amount_fen, "trade": r.key} for r in alone]


def _ours_alone(theirs: dict[_Line, StatementRow], ours: dict[_Line, Movement]) -> list[dict[str, object]]:
    alone = [row for line, row in ours.items() if line not in theirs]
    return [
        {"code": "ours_alone", "reference": r.reference, "fen": r.amount_fen, "order": r.order.number} for r in alone
    ]


def _unequal(theirs: dict[_Line, StatementRow], ours: dict[_Line, Movement]) -> list[dict[str, object]]:
    return [
        {"code": "unequal", "reference": row.reference, "fen": row.amount_fen, "theirs_fen": theirs[line].amount_fen}
        for line, row in ours.items()
        if line in theirs and theirs[line].amount_fen != row.amount_fen
    ]


def register_calls() -> None:
    """Subscribe to what this room asks of the institution."""
    external(operations.REFUND, "payments.refund", call=refund, settle=settle, reconcile=what_became)
    external(operations.CLOSE, "payments.close", call=close, settle=settle, reconcile=what_became)


def register() -> None:
    """Subscribe; called once at start."""
    register_calls()
    periodic("payments.reconcile", WAIT)(reconcile)
    periodic("payments.daily", timedelta(hours=1))(reconcile_yesterday)
    for step in ("withdraw", "drop"):

        @subscribe(f"case.{step}", f"payments.close_on_{step}")
        def ended(event: Event) -> None:
            operations.close_for_case(UUID(event.payload["case_id"]))
