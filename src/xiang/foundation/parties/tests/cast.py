"""A small fixed cast for tests of any room: people, a company, two offices, officers; and how to sign them in.

Defined by what each may reach: ``mother`` guards ``child``; ``owner`` represents ``company``; ``agent`` has no
delegation until a test grants one; ``receiver`` and ``decider`` serve at ``station``; ``stranger`` reaches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.test import Client

from xiang.foundation.parties import actors, identity, operations
from xiang.foundation.parties.models import Account, Body, Party, Role, Staff, Unit

PASSWORD = "lotus-in-the-xiang-river"
_HASHED = make_password(PASSWORD)
SYSTEM = actors.SYSTEM


def id_number(born: date, sequence: int, division: str = "439990") -> str:
    """A valid number under a division prefix that was never assigned."""
    first = f"{division}{born:%Y%m%d}{sequence:03}"
    return first + identity.id_check_character(first)


def uscc(subject: str = "MA00TEXT", division: str = "439990") -> str:
    """A valid social credit code of an enterprise that does not exist."""
    first = f"91{division}{subject}{identity.organisation_check_character(subject)}"
    return first + identity.uscc_check_character(first)


@dataclass
class Cast:
    mother: Party
    father: Party
    child: Party
    stranger: Party
    owner: Party
    agent: Party
    company: Party
    police: Body
    health: Body
    station: Unit
    clinic: Unit
    receiver: Staff
    decider: Staff
    nurse: Staff

    def account(self, party: Party) -> Account:
        return Account.objects.get(party=party, staff__isnull=True)


def divisions() -> None:
    operations.put_divisions(
        SYSTEM,
        [
            operations.DivisionRow("430000", "湖南省", "province"),
            operations.DivisionRow("430100", "长沙市", "prefecture", "430000"),
            operations.DivisionRow("430104", "岳麓区", "county", "430100"),
            operations.DivisionRow("430105", "开福区", "county", "430100"),
            operations.DivisionRow("430200", "株洲市", "prefecture", "430000"),
        ],
    )


def person(name: str, born: date, sequence: int, *, phone: str = "", username: str = "") -> Party:
    party = operations.enrol_person(
        SYSTEM,
        name=name,
        facts=operations.PersonFacts(sex="1" if sequence % 2 else "2", birth_date=born, division_code="430104"),
        identifiers=[("resident_id", id_number(born, sequence))],
        phone=phone,
    )
    if username:
        operations.open_account(SYSTEM, username=username, hashed=_HASHED, party=party, phone=phone, assurance=4)
    return party


def officer(name: str, username: str, body: Body, unit: Unit, *roles: str, second_factor: bool = False) -> Staff:
    party = operations.enrol_person(SYSTEM, name=name)
    account = operations.open_account(SYSTEM, username=username, hashed=_HASHED, party=party, assurance=4)
    staff = operations.hire(SYSTEM, account=account, body=body)
    for role in roles:
        operations.appoint(SYSTEM, staff, unit, role)
    if second_factor:
        operations.set_second_factor(SYSTEM, account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    return staff


def make() -> Cast:
    divisions()
    police = operations.put_body(
        SYSTEM, key="430104.police", name="长沙市公安局岳麓分局", division="430104", level="county"
    )
    health = operations.put_body(
        SYSTEM, key="430104.health", name="岳麓区卫生健康局", division="430104", level="county"
    )
    station = operations.put_unit(
        SYSTEM,
        key="430104.police.wangyuehu",
        body=police.key,
        name="望月湖派出所",
        kind="police_station",
        town="望月湖街道",
    )
    clinic = operations.put_unit(
        SYSTEM, key="430104.health.wangyuehu", body=health.key, name="望月湖街道社区卫生服务中心", kind="vaccination"
    )
    mother = person("刘芸", date(1996, 3, 19), 2, phone="13900000001", username="mother")
    father = person("周子衡", date(1994, 8, 6), 91, phone="13900000002", username="father")
    stranger = person("康乐", date(1987, 12, 8), 63, phone="13900000003", username="stranger")
    owner = person("周敏", date(1984, 4, 18), 70, phone="13900000004", username="owner")
    agent = person("林一鸣", date(1995, 2, 11), 61, phone="13900000005", username="agent")
    child = operations.enrol_person(SYSTEM, name="周沐言")
    operations.record_guardianship(SYSTEM, guardian=mother, ward=child)
    company = operations.enrol_legal_person(
        SYSTEM,
        name="湖南星禾智造科技有限公司",
        uscc=uscc(),
        form="有限责任公司",
        representative=owner,
        division_code="430104",
    )
    return Cast(
        mother, father, child, stranger, owner, agent, company, police, health, station, clinic,
        receiver=officer("张立", "receiver", police, station, Role.RECEIVER),
        decider=officer("何志刚", "decider", police, station, Role.DECIDER, Role.HEAD),
        nurse=officer("常青", "nurse", health, clinic, Role.RECEIVER),
    )  # fmt: skip


def sign_in(client: Client, who: Account | Party | Staff) -> Client:
    """Sign a test client in with both factors given."""
    from importlib import import_module

    from allauth.account.internal.flows.login import (
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
        AUTHENTICATION_METHODS_SESSION_KEY,
    )
    from django.conf import settings

    account = (
        who if isinstance(who, Account) else who.account if isinstance(who, Staff) else who.accounts.get(staff=None)
    )
    client.force_login(account)
    session = import_module(settings.SESSION_ENGINE).SessionStore(client.session.session_key)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(account.pk)
    session.save()
    return client
