"""What the tests of payments share: a case whose applicant owes its office, and its order."""

from __future__ import annotations

from datetime import date

from tests import cast
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.ground.ids import new_id
from xiang.foundation.outbox.models import Event
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Account, Party
from xiang.foundation.statutes.rules import RuleRow
from xiang.services.payments import operations
from xiang.services.payments.models import Order
from xiang.services.payments.vendors.demo import gateway as demo
from xiang.services.payments.vendors.demo import operations as bank

FEN = 40_000


def account_of(party: Party) -> Account:
    """The account of a resident, opened when there is none."""
    found, _ = Account.objects.get_or_create(party=party, defaults={"username": new_id().hex})
    return found


class Town:
    """A case whose applicant owes its office, and everybody who may or may not touch the order."""

    def __init__(self) -> None:
        cast.publish_2025()
        self.world = cast.province()
        self.payer, self.stranger = cast.person("刘芸"), cast.person("陌生人")
        self.case = self._case()
        self.order = self.ordered()

    def _case(self) -> Case:
        window = RuleRow(
            key="premium.newborn_window", value=90, unit="d", title="新生儿参保缴费后自出生起享受待遇",
            clock_start="婴儿出生之日", citation="城乡居民基本医疗保险政策", valid_from=date(2024, 1, 1),
        )  # fmt: skip
        return cases.open_case(
            cases.Opening(
                id=new_id(),
                procedure="licence",
                item_key="resident_premium",
                item_title="城乡居民医保费缴纳",
                title="周沐言",
                channel="web",
                applicant=self.payer,
                unit=self.world.market.unit,
                rules={**cast.licence_rules(), "payment": window},
                answers={"fields": {"child.birth_time": "2025-09-15T18:30:00+00:00"}},
            ),
            cast.resident(self.payer),
        )

    @property
    def actor(self) -> Actor:
        return cast.resident(self.payer)

    def ordered(self) -> Order:
        return operations.order_for_case(self.case, FEN, self.world.market.unit.body, "城乡居民医保费")

    def begin(self) -> str:
        return operations.begin(self.order, self.actor, "/back/")

    def confirmed(self) -> None:
        """The person confirms at the bank; nobody has told us yet."""
        self.begin()
        bank.pay(self.key)

    @property
    def key(self) -> str:
        return operations.trade_key(self.now)

    @property
    def now(self) -> Order:
        return Order.objects.select_related("payee", "case").get(id=self.order.id)

    def called_back(self) -> Order:
        body = self.key.encode()
        return operations.called_back("demo", body, demo.sign(body))

    def paid_events(self) -> int:
        return Event.objects.filter(kind="payment.paid").count()
