"""Orders, the movements of money on them, and how each day compared with the payment institution's own account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id


class State(models.TextChoices):
    """How an order stands. ``unknown``: the institution was asked for money and has not answered; nobody pays again
    before it has."""

    CREATED = "created", "待缴费"
    PAYING = "paying", "支付中"
    UNKNOWN = "unknown", "核对中"
    PAID = "paid", "已缴费"
    REFUNDING = "refunding", "退款中"
    REFUNDED = "refunded", "已退款"
    FAILED = "failed", "已关闭"


UNPAID = (State.CREATED, State.PAYING, State.UNKNOWN)


class Order(models.Model):
    """What somebody is to pay a body for a case (缴费单). One for a case and a purpose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=32, unique=True)
    idempotency = models.CharField(max_length=160, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payments")
    payer = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="payments")
    payee = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.PositiveBigIntegerField()
    purpose = models.CharField(max_length=120)
    about = models.CharField(max_length=120, blank=True)
    rule = models.JSONField(default=dict)
    deadline = models.DateField(null=True)
    deadline_rule = models.JSONField(default=dict)

    state = models.CharField(max_length=12, choices=State.choices, default=State.CREATED)
    gateway = models.CharField(max_length=32, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    pay_url = models.CharField(max_length=300, blank=True)
    trouble = models.CharField(max_length=60, blank=True)
    refund_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["payer", "-id"], name="payment_of_payer"),
            models.Index(fields=["state", "changed_at"], name="payment_to_reconcile"),
            models.Index(fields=["payee", "-id"], name="payment_of_payee"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "refunding", "refunded"]) | Q(paid_at__isnull=False),
                name="payment_paid_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Movement(models.Model):
    """Money that moved (流水), by the institution's own reference: the same reference never counts twice."""

    class Kind(models.TextChoices):
        PAID = "paid", "收款"
        REFUNDED = "refunded", "退款"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    gateway = models.CharField(max_length=32)
    reference = models.CharField(max_length=80)
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["gateway", "day"], name="movement_of_day")]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "kind", "reference"], name="movement_once"),
            models.UniqueConstraint(fields=["order", "kind"], name="movement_once_an_order"),
        ]


class Reconciliation(models.Model):
    """One day's comparison with one institution (日对账): both sums, and every difference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gateway = models.CharField(max_length=32)
    day = models.DateField()
    ours_count = models.PositiveIntegerField()
    ours_fen = models.BigIntegerField()
    theirs_count = models.PositiveIntegerField()
    theirs_fen = models.BigIntegerField()
    differences = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "day"], name="reconciliation_once_a_day")]

    @property
    def even(self) -> bool:
        return not self.differences


class DemoTrade(models.Model):
    """The demonstration institution's own book. A real one keeps it elsewhere."""

    key = models.CharField(primary_key=True, max_length=80)
    order_number = models.CharField(max_length=32)
    subject = models.CharField(max_length=120)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, default="open")
    return_url = models.CharField(max_length=300)
    reference = models.CharField(max_length=40, blank=True)
    refund_reference = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
