"""Registrars: the authority's own system, which enters a decision in its register and gives back what it made of it
(an identity number, a certificate's number).

A registrar is a plugin for some items. It is called outside any transaction with an idempotency key; called twice with
the same key it must enter once and answer the same. ``find`` asks what became of a call that was never answered.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xiang.foundation.plugins.registry import Plugin, Registry


@dataclass(frozen=True, slots=True)
class Decision:
    """What is entered: an item granted for a case, and the case's answers."""

    item_key: str
    case_id: UUID
    number: str
    unit_key: str
    answers: Mapping[str, Any]


class Registrar(Plugin):
    """The register behind some items."""

    items: frozenset[str]

    @abstractmethod
    def enter(self, decision: Decision, idempotency_key: str) -> Mapping[str, Any]:
        """Enter the decision; answers what it produced, as answers of the form (``{"child.id_number": …}``)."""

    @abstractmethod
    def find(self, idempotency_key: str) -> Mapping[str, Any] | None:
        """What an earlier call with this key produced, or ``None`` when it never arrived."""

    @abstractmethod
    def amend(self, decision: Decision, idempotency_key: str) -> None:
        """Bring an earlier entry up to facts that came later (a newborn's number); may find nothing to change."""


registrars: Registry[Registrar] = Registry("registrars", "登记系统", several=True)


def registrar_of(item_key: str) -> Registrar | None:
    """The register behind an item; items without one are recorded in our own case alone."""
    return next((r for r in registrars.all() if item_key in r.items), None)
