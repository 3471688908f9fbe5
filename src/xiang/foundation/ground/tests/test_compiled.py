"""Queries composed once answer what the ORM answers, on their own and several in one message."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.test.utils import CaptureQueriesContext

from xiang.foundation.ground.changing import change
from xiang.foundation.ground.compiled import Compiled, kept, together
from xiang.foundation.ground.paging import from_cursor, merged, page
from xiang.foundation.parties.models import Account, Appointment, Party, Staff
from xiang.foundation.parties.models.validity import live
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
        found = [list(from_cursor(part, order, cursor, 3).values_list("name", "id")) for part in parts]
        keys, following = merged(found, order, 3)
        other = page(Party.objects.all(), order, cursor, 3)
        assert (keys, following) == ([(row.name, row.id) for row in other.rows], other.next)
        seen += keys
        if (cursor := following) is None:
            break
    assert len(seen) == len(names) > 3


def test_a_value_may_be_a_date(cast: casting.Cast) -> None:
    serving = Compiled(
        lambda staff_id, on=date.min: Appointment.objects.filter(live(on), staff=staff_id).values_list(
            "role", "unit_id"
        )
    )
    post = Appointment.objects.select_related("staff").first()
    assert post is not None
    for day, expected in ((post.valid_from, True), (post.valid_from - timedelta(days=1), False)):
        asked = Appointment.objects.filter(live(day), staff=post.staff_id).values_list("role", "unit_id")
        assert sorted(serving(post.staff_id, day)) == sorted(asked)
        assert bool(asked) is expected


def test_a_value_may_be_several_ids(cast: casting.Cast) -> None:
    among = Compiled(lambda ids=(): Party.objects.filter(pk__among=ids))
    posts_of = Compiled(lambda ids=(): Staff.objects.filter(party_id__among=ids))
    ids = tuple(Party.objects.values_list("id", flat=True))
    for some in (ids, ids[:2], (uuid4(),), ()):
        assert {one.id for one in among(some)} == {*some} & {*ids}
        assert {one.id for one in posts_of(some)} == set(
            Staff.objects.filter(party__in=some).values_list("id", flat=True)
        )
    assert posts_of(ids)


def test_what_is_kept_is_composed_once_and_asked_anew(cast: casting.Cast) -> None:
    composed = 0

    def compose() -> QuerySet[Party]:
        nonlocal composed
        composed += 1
        has = Exists(Account.objects.filter(party=OuterRef("id")))
        return Party.objects.annotate(signs_in=has).only("name").order_by("name")[:5]

    key = object()
    for name in ("甲", "乙"):
        Party.objects.filter(id=cast.father.id).update(name=name)
        with CaptureQueriesContext(connection) as queries:
            found = kept(key, compose)
        assert len(queries) == 1
        assert [(p.id, p.name, vars(p)["signs_in"]) for p in found] == [
            (p.id, p.name, vars(p)["signs_in"]) for p in compose()
        ]
        assert found[0].kind == Party.objects.get(id=found[0].id).kind, "what was left out is read when it is asked for"
    assert composed == 3, "once to be kept, twice to compare"
    assert kept(object(), Party.objects.none) == []
