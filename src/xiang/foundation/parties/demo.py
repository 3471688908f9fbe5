"""The demonstration's accounts: defined by ``demo.yaml`` (and the families of ``cast.yaml``) of the profile.

Residents are people of the synthetic province, found by their ``demo_key``; officers are made here. Every officer has a
second factor with a secret that anybody can compute: these accounts are let in only while ``settings.DEMO`` holds.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from ruamel.yaml import YAML

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties import operations
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account, Administration, Appointment, Body, Delegation, Party, Staff, Unit
from xiang.foundation.parties.models.validity import live

GROUPS = {"resident": "居民", "business": "企业", "staff": "工作人员"}


@dataclass(frozen=True, slots=True)
class Post:
    """One appointment of a demonstration officer."""

    unit: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demonstration, as the profile defines it."""

    username: str
    group: str
    name: str
    title: str
    does: str = ""
    person: str = ""
    body: str = ""
    number: str = ""
    administration: str = ""
    posts: tuple[Post, ...] = ()
    featured: bool = True

    @property
    def is_staff(self) -> bool:
        return self.group == "staff"

    @property
    def demo_key(self) -> str:
        return self.person or f"staff.{self.username}"

    @property
    def secret(self) -> str:
        return totp_secret(self.username)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who can sign in, and the delegations that hold from the beginning."""

    password: str
    accounts: tuple[DemoAccount, ...]
    delegations: tuple[dict[str, Any], ...] = ()


@dataclass
class Outcome:
    """What was made, and what could not be because the province lacks it."""

    ready: list[DemoAccount] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)


def totp_secret(username: str) -> str:
    """The known secret of a demonstration account's code generator."""
    return base64.b32encode(hashlib.sha256(f"xiang-demonstration:{username}".encode()).digest()[:20]).decode()


def read_cast() -> Cast:
    """The accounts of the profile: those of ``demo.yaml``, then the other families' of ``cast.yaml``."""
    file = settings.PROFILE_DIR / "demo.yaml"
    if not file.exists():
        return Cast("", ())
    data = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    accounts = [_account(row) for row in data["accounts"]]
    named = {account.username for account in accounts}
    accounts += [account for account in _families() if account.username not in named]
    return Cast(data["password"], tuple(accounts), tuple(data.get("delegations", ())))


def _account(row: dict[str, Any]) -> DemoAccount:
    posts = tuple(Post(post["unit"], tuple(post["roles"])) for post in row.get("posts", ()))
    return DemoAccount(**{**row, "posts": posts})


def _families() -> list[DemoAccount]:
    file = settings.PROFILE_DIR / "cast.yaml"
    if not file.exists():
        return []
    families = YAML(typ="safe").load(file.read_text(encoding="utf-8")).get("families", ())
    return [
        DemoAccount(
            username=person["account"],
            group="resident",
            name=person["name"],
            title=family["title"],
            does=family.get("story", ""),
            person=key,
            featured=False,
        )
        for family in families
        for key, person in family["people"].items()
        if person.get("account")
    ]


def prepare() -> Outcome:
    """Make every account that is not there yet; running it again changes nothing."""
    if not settings.DEMO:
        raise Refused("not_a_demonstration", "这不是演示环境：演示账号只在演示环境里建立。")
    cast, outcome = read_cast(), Outcome()
    hashed = make_password(cast.password)  # once: hashing is slow by design, and everybody has the same
    for account in cast.accounts:
        with transaction.atomic():
            reason = _prepare(account, hashed)
        if reason:
            outcome.missing.append((account.username, reason))
        else:
            outcome.ready.append(account)
    for row in cast.delegations:
        with transaction.atomic():
            _delegate(row)
    return outcome


def _prepare(wanted: DemoAccount, hashed: str) -> str:
    party = Party.objects.filter(demo_key=wanted.demo_key).first()
    if wanted.is_staff:
        lacking = _lacking(wanted)
        if lacking:
            return lacking
        party = party or operations.enrol_person(SYSTEM, name=wanted.name, demo_key=wanted.demo_key)
    if party is None:
        return f"the province has no person {wanted.person}"
    account = Account.objects.filter(username=wanted.username).first()
    if account is None:
        account = operations.open_account(
            SYSTEM, username=wanted.username, hashed=hashed, party=party, assurance=4, demo=True
        )
        if wanted.is_staff:
            operations.set_second_factor(SYSTEM, account, wanted.secret)
    if wanted.administration and account.administration != wanted.administration:
        operations.put_in_charge(SYSTEM, account, Administration(wanted.administration))
    if wanted.is_staff:
        _employ(wanted, account, party)
    return ""


def _lacking(wanted: DemoAccount) -> str:
    if not Body.objects.filter(live(), key=wanted.body).exists():
        return f"no body {wanted.body}"
    return next((f"no unit {p.unit}" for p in wanted.posts if not Unit.objects.filter(live(), key=p.unit).exists()), "")


def _employ(wanted: DemoAccount, account: Account, party: Party) -> None:
    staff = Staff.objects.filter(account=account).first() or operations.hire(
        SYSTEM, account=account, party=party, body=Body.objects.get(key=wanted.body), number=wanted.number
    )
    held = set(Appointment.objects.filter(live(), staff=staff).values_list("unit__key", "role"))
    for post in wanted.posts:
        unit = Unit.objects.get(key=post.unit)
        for role in post.roles:
            if (post.unit, role) not in held:
                operations.appoint(SYSTEM, staff, unit, role)


def _delegate(row: dict[str, Any]) -> None:
    """A delegation of the demonstration, once: what somebody revoked stays revoked."""
    people = {party.demo_key: party for party in Party.objects.filter(demo_key__in=[row["principal"], row["agent"]])}
    if len(people) < 2:
        return
    principal, agent = people[row["principal"]], people[row["agent"]]
    if Delegation.objects.filter(principal=principal, agent=agent).exists():
        return
    today = instant.today()
    until = date(today.year + int(row.get("years", 1)), today.month, 1)
    operations.grant_delegation(SYSTEM, principal=principal, agent=agent, items=row["items"], valid_to=until)


def sign_in_list() -> list[tuple[str, list[DemoAccount], list[DemoAccount]]]:
    """For the sign-in page: each group with its featured accounts and the others, as far as they were made."""
    there = set(Account.objects.filter(demo=True, is_active=True).values_list("username", flat=True))
    accounts = [account for account in read_cast().accounts if account.username in there]
    rows = []
    for key, title in GROUPS.items():
        inside = [account for account in accounts if account.group == key]
        if inside:
            rows.append((title, [a for a in inside if a.featured], [a for a in inside if not a.featured]))
    return rows
