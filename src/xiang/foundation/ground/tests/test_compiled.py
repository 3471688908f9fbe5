"""Queries composed once answer what the ORM answers, on their own and several in one message."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from xiang.foundation.ground.changing import change
from xiang.foundation.ground.compiled import Compiled, together
from xiang.foundation.ground.paging import merged, page
from xiang.foundation.parties.models import Account, Party, Staff
from xiang.foundation.parties.tests import cast as casting

pytestmark = pytest.mark.django_db

by_id = Compiled(lambda party_id: Party.objects.filter(id=party_id))
names = Compiled(lambda party_id: Party.objects.filter(id=party_id).values_list("id", "name"))
accounts = Compiled(lambda name: Account.objects.select_related("party").filter(username=name))
posts = Compiled(lambda account_id: Staff.objects.select_related("party", "body").filter(account_id=account_id))


@pytest.fixture
def cast() -> casting.Cast:
    return casting.make()


def test_objects_come_as_the_orm_makes_them(cast: casting.Cast) -> None:
    party = Party.objects.exclude(accounts=None).first()
    assert party is not None
    for _ in range(2):
        (found,) = by_id(party.id)
        assert found == party
        assert {f.attname: getattr(found, f.attname) for f in Party._meta.concrete_fields} == {
            f.attname: getattr(party, f.attname) for f in Party._meta.concrete_fields
        }
    assert names(party.id) == [(party.id, party.name)]
    assert by_id(uuid4()) == []


def test_what_belongs_to_them_comes_with_them(cast: casting.Cast) -> None:
    account = Account.objects.select_related("party").filter(party__isnull=False, staff=None).first()
    staff = Staff.objects.select_related("account", "party", "body").first()
    assert account is not None
    assert staff is not None
    with CaptureQueriesContext(connection) as asked:
        (resident,), (post,) = accounts(account.username), posts(staff.account_id)
        assert resident.party == account.party
        assert (post.party, post.body) == (staff.party, staff.body)
    assert len(asked) == 2


def test_several_are_put_together_and_each_answer_is_used_once(cast: casting.Cast) -> None:
    one, other = Party.objects.all()[:2]
    with CaptureQueriesContext(connection) as asked, together((by_id, (one.id,)), (names, (other.id,))):
        assert names(other.id) == [(other.id, other.name)]
        assert by_id(one.id) == [one]
        before = len(asked)
        Party.objects.filter(id=one.id).update(name="改了名")
        assert by_id(one.id)[0].name == "改了名", "asked anew, not remembered"
    assert before == (1 if connection.vendor == "postgresql" else 2)


def test_a_row_is_changed_only_if_it_is_as_expected(cast: casting.Cast) -> None:
    party = Party.objects.all()[0]
    was, party.name = party.name, "新名字"
    assert not change(party, ("name",), name="不是这个名字")
    assert Party.objects.get(id=party.id).name == was
    with transaction.atomic():
        assert change(party, ("name",), name=was)
    assert Party.objects.get(id=party.id).name == "新名字"
    assert not change(Party(id=uuid4(), name="没有这一行"), ("name",))


@pytest.mark.parametrize("order", [("name", "id"), ("-name", "-id")])
def test_lists_sought_apart_page_as_one_list_does(cast: casting.Cast, order: tuple[str, str]) -> None:
    names = sorted(Party.objects.values_list("name", flat=True))
    middle = names[len(names) // 2]
    parts = [Party.objects.filter(name__lt=middle), Party.objects.filter(name__gte=middle)]
    seen, cursor = [], None
    while True:
        one, other = merged(parts, order, cursor, 3), page(Party.objects.all(), order, cursor, 3)
        assert (one.rows, one.next) == (other.rows, other.next)
        seen += one.rows
        if (cursor := one.next) is None:
            break
    assert len(seen) == len(names) > 3
