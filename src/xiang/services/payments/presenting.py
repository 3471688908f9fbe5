"""What the pages of payments show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from xiang.foundation.pages.components import Kind, Link, StateView, StatusView, TableView
from xiang.foundation.pages.texts import legal_day, yuan
from xiang.foundation.statutes.queries import RuleRow
from xiang.services.payments.gateways import gateways
from xiang.services.payments.models import Order, Reconciliation, State

_KINDS: dict[str, tuple[Kind, str]] = {
    State.CREATED: ("you", "receipt"),
    State.PAYING: ("you", "receipt"),
    State.UNKNOWN: ("soon", "hourglass-low"),
    State.PAID: ("run", "circle-check"),
    State.REFUNDING: ("soon", "hourglass-low"),
    State.REFUNDED: ("done", "check"),
    State.FAILED: ("done", "circle-off"),
}


@dataclass(frozen=True, slots=True)
class OrderView:
    """Why so much, by when, and what it opens."""

    standard: str
    confirmed: bool
    window: str
    window_confirmed: bool
    deadline: date | None
    trouble: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list."""

    url: str
    purpose: str
    about: str
    amount_fen: int
    status: StatusView
    at: datetime


def status_of(order: Order) -> StatusView:
    kind, icon = _KINDS[order.state]
    return StatusView(kind, State(order.state).label, icon)


def row_of(order: Order) -> OrderRow:
    url = reverse("payments:order", args=[order.id])
    return OrderRow(url, order.purpose, order.about, order.amount_fen, status_of(order), order.created_at)


def order_view(order: Order) -> OrderView:
    amount = RuleRow.from_json(order.rule) if order.rule else None
    window = RuleRow.from_json(order.deadline_rule) if order.deadline_rule else None
    return OrderView(
        standard=f"{amount.title}，{amount.basis}" if amount else "",
        confirmed=amount is None or amount.confirmed,
        window=window_words(window) if window else "",
        window_confirmed=window is None or window.confirmed,
        deadline=order.deadline,
        trouble=trouble_words(order),
    )


def window_words(rule: RuleRow) -> str:
    """The rule's own words: 新生儿参保缴费后自出生起享受待遇：自婴儿出生之日起 90 天内缴费，依据…"""
    start = f"自{rule.clock_start}起 " if rule.clock_start else ""
    return f"{rule.title}：{start}{rule.words}内缴费。依据：{rule.basis}"


def trouble_words(order: Order) -> str:
    if order.state == State.UNKNOWN:
        if order.trouble == "amount_differs":
            return "支付机构报来的金额与缴费单不一致，正在人工核对。请不要再付。"
        return "支付机构还没有答复这笔付款，正在核对。没有核对清楚之前不会让您再付一次。"
    if order.trouble in ("not_arrived", "declined", "not_reached") and order.state == State.CREATED:
        return "上一次没有付成，没有扣款。可以再付一次。"
    if order.state == State.FAILED:
        return "这件事已经结束，不用再缴。"
    return ""


def empty() -> StateView:
    return StateView(
        "没有要缴的费用",
        "需要缴费的事，会在这里写明缴给谁、凭什么、缴多少、什么时候前缴。",
        kind="done",
        lotus=True,
        actions=(Link("去办事", reverse("items:list")),),
    )


def accounts(days: Iterable[Reconciliation]) -> TableView:
    """Each day in a row: both sums and what differs."""
    titles = {gateway.key: gateway.title for gateway in gateways.all()}
    rows = tuple(
        (
            legal_day(day.day),
            titles.get(day.gateway, day.gateway),
            f"{day.ours_count} 笔 {yuan(day.ours_fen)}",
            f"{day.theirs_count} 笔 {yuan(day.theirs_fen)}",
            "账平" if day.even else f"差 {len(day.differences)} 笔",
        )
        for day in days
    )
    columns = ("日期", "支付机构", "我方", "对方", "结果")
    return TableView("每日对账", columns, rows, frozenset({2, 3}), "还没有对过账。第一笔收款的第二天起，每天一行。")
