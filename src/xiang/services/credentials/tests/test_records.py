"""Credentials that departments issued before: found through the hub by right, sealed when first presented."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from django.conf import settings

from xiang.foundation.forms import sources
from xiang.foundation.forms.sources import FetchContext, Subject, Want
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.parties import queries as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.tests.cast import sign_in
from xiang.hub.inventory import operations as inventory
from xiang.hub.sharing import operations as hub
from xiang.services.credentials import operations, queries
from xiang.services.credentials.models import Credential
from xiang.services.credentials.records import FIELDS

from . import house

pytestmark = pytest.mark.django_db
MARRIAGE = {
    "key": "marriage_certificate",
    "title": "结婚证",
    "short": "结婚证",
    "code": "11439900000000131W001",
    "holder": "person",
    "validity": {"kind": "permanent"},
    "fields": [
        {"key": "certificate_no", "title": "字号", "type": "text", "serial": True},
        {"key": "name", "title": "持证人", "type": "name"},
        {"key": "issued_on", "title": "登记日期", "type": "date"},
        {"key": "office", "title": "登记机关", "type": "text"},
    ],
    "source": {"system": "civil_affairs", "type": "marriage_certificate"},
}


@pytest.fixture
def home() -> house.House:
    made = house.build()
    operations.put_type("marriage_certificate", MARRIAGE["code"], "结婚证", MARRIAGE)
    _civil_affairs(parties.number_of(made.cast.mother.id) or "")
    return made


def _civil_affairs(number: str) -> None:
    """The department's own database, and what the hub knows of it."""
    from xiang.foundation.parties import operations as people

    people.put_body(
        SYSTEM, key="430000.civil_affairs", name="湖南省民政厅", division="430000", uscc=house.uscc("43000031")
    )
    folder = settings.DATA / "sources"
    folder.mkdir(exist_ok=True)
    file = folder / "civil_affairs.sqlite3"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as book:
        book.execute(f"CREATE TABLE credential ({', '.join(FIELDS)})")
        rows = [
            ("marriage_certificate", "J439900-2019-000123", number, "刘芸", "2019-05-20", "", "岳麓区民政局", "valid"),
            ("divorce_certificate", "L1", number, "刘芸", "2015-01-01", "", "岳麓区民政局", "valid"),
            ("marriage_certificate", "J2", "439990200001010012", "别人", "2020-01-01", "", "岳麓区民政局", "valid"),
        ]
        book.executemany(f"INSERT INTO credential VALUES ({','.join('?' * len(FIELDS))})", rows)
        book.commit()
    mount()


def mount() -> None:
    inventory.put_system(
        "civil_affairs",
        {
            "body_key": "430000.civil_affairs",
            "title": "民政系统",
            "short": "民政系统",
            "connection": "sqlite:civil_affairs",
        },
        SYSTEM,
    )
    inventory.put_entry(
        "civil_affairs_credential",
        {
            "body_key": "430000.civil_affairs", "title": "签发证照清单", "format": "数据库", "cycle": "每日",
            "share": "conditional", "conditions": "限代替纸质材料", "mode": "table", "grade": 4,
        },
        SYSTEM,
    )  # fmt: skip
    lookup = {
        "subject": "person", "scheme": "id_number", "columns": ["holder"], "many": True,
        "narrow": {"credential_type": "type"},
    }  # fmt: skip
    fields = [{"name": name, "title": name, "type": "text", "column": name} for name in FIELDS]
    values = {"title": "签发证照清单", "table": "credential", "lookup_spec": lookup, "field_specs": fields}
    inventory.mount("civil_affairs_credential", "civil_affairs_credential", "civil_affairs", values, SYSTEM)
    for purpose in ("service", "credential"):
        grant = {
            "requester": "*", "fields": list(FIELDS), "purposes": [purpose], "items": ["*"],
            "basis": "《国务院关于在线政务服务的若干规定》第十条", "valid_from": date(2025, 1, 1), "valid_to": None,
        }  # fmt: skip
        hub.put_grant(f"credential.{purpose}", "civil_affairs_credential", grant, SYSTEM)


def context(home: house.House) -> FetchContext:
    return FetchContext(new_id(), ("birth_registration",), "service", home.mother, "430000.civil_affairs")


def mother(home: house.House) -> Subject:
    return Subject("mother", home.cast.mother.id, {"resident_id": parties.number_of(home.cast.mother.id) or ""}, "刘芸")


def test_a_department_record_stands_for_the_paper_and_is_sealed_by_being_presented(home):
    substitute = sources.substitute("credential")
    found = substitute.satisfies("marriage_certificate", mother(home), context(home))
    assert found is not None
    assert found.title == "结婚证"
    taken = Credential.objects.get(type_id="marriage_certificate")
    assert found.reference == f"credential:{taken.code}"
    assert taken.issuer.name == "湖南省民政厅"
    assert taken.values["certificate_no"] == "J439900-2019-000123"
    assert taken.valid_from == date(2019, 5, 20)
    again = substitute.satisfies("marriage_certificate", mother(home), context(home))
    assert again is not None
    assert Credential.objects.filter(type_id="marriage_certificate").count() == 1
    uses = DataUse.objects.filter(subject__in=parties.subject_indexes(home.cast.mother.id))
    assert {use.resource_key for use in uses} == {"civil_affairs_credential", "credential:marriage_certificate"}


def test_who_has_none_must_hand_the_paper_in(home):
    father = Subject("father", home.cast.father.id, {}, "周子衡")
    assert sources.substitute("credential").satisfies("marriage_certificate", father, context(home)) is None


def test_somebody_without_a_number_is_never_asked_about(home):
    child = Subject("child", home.cast.child.id, {}, "周沐言")
    assert sources.substitute("credential").satisfies("marriage_certificate", child, context(home)) is None
    assert not DataUse.objects.exists()


def test_fields_come_from_our_own_credential_or_from_the_record(home):
    source = sources.source("credential")
    want = Want("marriage_certificate", mother(home), ("certificate_no", "office"))
    (reply,) = source.fetch_many([want], context(home))
    assert reply.values == {"certificate_no": "J439900-2019-000123", "office": "岳麓区民政局"}
    issued = home.issue(holder=home.cast.mother)
    own = Want("birth_certificate", mother(home), ("certificate_no",))
    (reply,) = source.fetch_many([own], context(home))
    assert reply.values == {"certificate_no": issued.serial}
    assert reply.provenance.system == "电子证照"
    (reply,) = source.fetch_many([Want("nothing", mother(home), ("x",))], context(home))
    assert reply.absent


def test_a_department_that_does_not_answer_is_said(home):
    hub.set_system_state("civil_affairs", "down", SYSTEM)
    want = Want("marriage_certificate", mother(home), ("certificate_no",))
    (reply,) = sources.source("credential").fetch_many([want], context(home))
    assert "民政系统" in reply.outage


def test_people_bring_their_older_credentials_in_by_themselves(home, client):
    browser = sign_in(client, Account.objects.get(party=home.cast.mother))
    page = browser.post("/credentials/bring-in/", follow=True).content.decode()
    assert "找到 1 份：结婚证" in page
    browser.post("/credentials/bring-in/")
    assert queries.mine(home.mother).count() == 1
    nobody = sign_in(type(client)(), Account.objects.get(party=home.cast.stranger))
    assert "没有您名下的证照记录" in nobody.post("/credentials/bring-in/", follow=True).content.decode()


def test_a_profile_may_name_only_what_exists(home):
    assert sources.known_source("credential:marriage_certificate.office")
    assert not sources.known_source("credential:marriage_certificate.colour")
    assert sources.known_substitute("credential:marriage_certificate")
    assert not sources.known_substitute("credential:driving_licence")
