"""The contract of a payment institution's plugin. Calls are made outside any transaction, each with its key."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.plugins.registry import Plugin, Registry

TradeState = Literal["absent", "open", "paid", "refunded", "failed"]


class NotReachedError(Exception):
    """The call certainly did not arrive: it may be made again at once."""


class ForgedError(DomainError):
    """A call-back that the institution did not sign (403)."""

    status = 403

    def __init__(self) -> None:
        super().__init__("callback_forged", "回调的签名不对。")


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked of the institution. ``key`` is the trade: the same key is the same money, however often asked."""

    key: str
    number: str
    amount_fen: int
    subject: str
    return_url: str


@dataclass(frozen=True, slots=True)
class Trade:
    """How a trade stands at the institution."""

    key: str
    state: TradeState
    amount_fen: int = 0
    reference: str = ""
    at: datetime | None = None
    refund_reference: str = ""
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of the institution's account of a day."""

    key: str
    kind: Literal["paid", "refunded"]
    reference: str
    amount_fen: int


class PaymentGateway(Plugin):
    """A payment institution. An exception other than :class:`NotReachedError` means that the answer is not known."""

    @abstractmethod
    def create(self, charge: Charge) -> str:
        """Open the trade; the address where the person pays. Called twice with one key it opens one trade."""

    @abstractmethod
    def query(self, key: str) -> Trade:
        """How a trade stands; ``absent`` when it never arrived."""

    @abstractmethod
    def refund(self, key: str, amount_fen: int, reason: str) -> Trade:
        """Give the money back; once, however often asked."""

    @abstractmethod
    def close(self, key: str) -> Trade:
        """Make an unpaid trade impossible to pay, so that an order can be closed; answers how it stands then."""

    @abstractmethod
    def read_callback(self, body: bytes, signature: str) -> str:
        """The key of the trade that a call-back tells of; :class:`ForgedError` when it is not from the institution.

        What it says of money is not believed: the trade is asked for."""

    @abstractmethod
    def statement(self, day: date) -> Sequence[StatementRow]:
        """The institution's account of a legal date."""


gateways: Registry[PaymentGateway] = Registry("payment", "支付")
