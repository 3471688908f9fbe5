"""The worker: does what is due, and survives being killed at any moment.

``run(stop)`` works until told to stop; ``drain()`` does everything due now, in the calling thread; ``periodic``
registers what must happen again and again (sealing, folding, timers). A periodic function runs on one worker at a time,
but a worker that was only suspended may come back beside its successor: such a function settles its own races.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.db.models import F, Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.outbox import delivering
from xiang.foundation.outbox.delivering import BATCH, LEASE
from xiang.foundation.outbox.models import Turn

log = logging.getLogger("xiang.outbox")

SHORTEST_WAIT, LONGEST_WAIT = 0.05, 1.0

PeriodicFunction = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Periodic:
    """A function and how often it runs."""

    name: str
    every: timedelta
    function: PeriodicFunction


_periodic: dict[str, Periodic] = {}


def periodic(name: str, every: timedelta) -> Callable[[PeriodicFunction], PeriodicFunction]:
    """Register a function to run every so often, on one worker at a time."""

    def register(function: PeriodicFunction) -> PeriodicFunction:
        known = _periodic.get(name)
        if known and known.function is not function:
            raise ValueError(f"two periodic functions are called {name}")
        _periodic[name] = Periodic(name, every, function)
        return function

    return register


def drain(limit: int | None = None, *, raising: bool = False) -> int:
    """Do what is due now, in the calling thread; how many deliveries were done. ``raising`` lets failures out."""
    done = tried = 0
    while limit is None or tried < limit:
        lease = delivering.take(BATCH if limit is None else min(BATCH, limit - tried))
        if not lease.deliveries:
            break
        done += delivering.carry_out_all(lease, raising=raising)
        tried += len(lease.deliveries)
    return done


def tick() -> None:
    """Run every periodic function once, now, whoever's turn it is. For tests, demonstrations and ``work --once``."""
    for entry in list(_periodic.values()):
        entry.function()


@dataclass
class Worker:
    """One process: ``threads`` for deliveries, one for periodic work, and one that keeps the leases."""

    threads: int = 2
    lease: timedelta = LEASE
    name: str = field(default_factory=lambda: f"{os.getpid()}-{new_id()}")
    _tokens: set[str] = field(default_factory=set)
    _next: dict[str, float] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what was begun is finished, what was only taken is given back."""
        jobs = [self._deliver] * self.threads + [self._take_turns, self._keep_leases]
        running = [threading.Thread(target=self._endure, args=(job, stop)) for job in jobs]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        Turn.objects.filter(owner=self.name).update(owner="", lease_until=None)

    def _endure(self, job: Callable[[threading.Event], None], stop: threading.Event) -> None:
        """A database that is away is waited for; the worker does not die of it."""
        try:
            while not stop.is_set():
                try:
                    job(stop)
                except (DatabaseError, InterfaceError) as failure:
                    log.warning("records unreachable: %s", type(failure).__name__)
                    connections.close_all()
                    stop.wait(LONGEST_WAIT)
        finally:
            connections.close_all()

    def _deliver(self, stop: threading.Event) -> None:
        wait = SHORTEST_WAIT
        while not stop.is_set():
            close_old_connections()
            if self._one_batch(stop):
                wait = SHORTEST_WAIT
                continue
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _one_batch(self, stop: threading.Event) -> bool:
        lease = delivering.take(BATCH, self.lease)
        if not lease.deliveries:
            return False
        self._tokens.add(lease.token)
        try:
            delivering.carry_out_all(lease, stop.is_set)
        finally:
            self._tokens.discard(lease.token)
        return True

    def _keep_leases(self, stop: threading.Event) -> None:
        """Heartbeat. It goes on until the deliverers have finished what they began."""
        while not (stop.wait(self.lease.total_seconds() / 3) and not self._tokens):
            close_old_connections()
            for token in list(self._tokens):
                delivering.renew(token, self.lease)
            Turn.objects.filter(owner=self.name).update(lease_until=instant.now() + self.lease)
            if stop.is_set():
                time.sleep(SHORTEST_WAIT)

    def _take_turns(self, stop: threading.Event) -> None:
        for name in _periodic:
            Turn.objects.get_or_create(name=name)
        while not stop.is_set():
            close_old_connections()
            for entry in list(_periodic.values()):
                if not stop.is_set() and time.monotonic() >= self._next.get(entry.name, 0):
                    self._run_turn(entry)
            soonest = min(self._next.values(), default=math.inf) - time.monotonic()
            stop.wait(min(max(soonest, SHORTEST_WAIT), LONGEST_WAIT))

    def _run_turn(self, entry: Periodic) -> None:
        """Run it if the turn is ours. A turn of short intervals is held, and then costs no write at all."""
        started = time.monotonic()
        held = started < self._held.get(entry.name, 0)
        if not held and not self._win_turn(entry):
            self._next[entry.name] = started + min(entry.every.total_seconds(), LONGEST_WAIT)
            return
        reason = self._outcome_of(entry)
        self._next[entry.name] = started + entry.every.total_seconds()
        if held and not reason:
            return
        now, often = instant.now(), entry.every <= self.lease
        Turn.objects.filter(name=entry.name, owner=self.name).update(
            ran_at=now,
            due_at=None if often else now + entry.every,
            reason=reason,
            failures=F("failures") + 1 if reason else 0,
        )
        self._held[entry.name] = started + self.lease.total_seconds() / 2 if often and not reason else 0

    def _win_turn(self, entry: Periodic) -> bool:
        """One conditional update decides among the workers."""
        now = instant.now()
        free = Q(owner__in=["", self.name]) | Q(lease_until__lte=now)
        due = Q(due_at=None) | Q(due_at__lte=now)
        turn = Turn.objects.filter(free & due, name=entry.name)
        return bool(turn.update(owner=self.name, lease_until=now + self.lease))

    def _outcome_of(self, entry: Periodic) -> str:
        try:
            entry.function()
        except Exception as failure:
            reason = delivering.name_of(failure)
            log.warning("periodic %s failed: %s", entry.name, reason)
            return reason
        return ""


def run(stop: threading.Event) -> None:
    """Work with the usual settings until ``stop`` is set."""
    Worker().run(stop)
