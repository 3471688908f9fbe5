"""The life of an edition: written by one, approved by another, frozen for good."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError, Forbidden, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.publishing import operations, queries
from xiang.foundation.publishing.differences import differences
from xiang.foundation.publishing.models import Edition, EditionState

from .cast import APPROVER, AUTHOR, OFFICER

pytestmark = pytest.mark.django_db
ITEM = {"key": "food", "name": "食品经营许可", "materials": ["身份证明"]}


def published(content: dict[str, object] = ITEM, **extra: date) -> Edition:
    edition = operations.draft("items", "food", content, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    operations.approve(edition.id, APPROVER)
    return operations.publish(edition.id, APPROVER, **extra)


def test_an_edition_is_drafted_reviewed_and_published() -> None:
    edition = published()
    assert (edition.state, edition.number, edition.title) == (EditionState.PUBLISHED, 1, "食品经营许可")
    assert queries.current("items", "food").content == ITEM
    assert queries.edition(edition.id).digest == edition.digest
    steps = Entry.objects.filter(kind__startswith="edition.").values_list("kind", flat=True)
    assert sorted(steps) == ["edition.approved", "edition.drafted", "edition.published", "edition.submitted"]


def test_nobody_approves_their_own() -> None:
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    with pytest.raises(Forbidden) as refusal:
        operations.approve(edition.id, AUTHOR)
    assert refusal.value.code == "own_edition"
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.id).update(approver_ref=AUTHOR.ref)


def test_what_nobody_approved_is_not_published() -> None:
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    for step in (lambda: operations.publish(edition.id, APPROVER), lambda: operations.approve(edition.id, APPROVER)):
        with pytest.raises(Refused) as refusal:
            step()
        assert refusal.value.code == "edition_state"
    operations.submit(edition.id, AUTHOR)
    with pytest.raises(Refused):
        operations.publish(edition.id, APPROVER)
    with pytest.raises(Absent):
        queries.current("items", "food")


def test_an_officer_may_not_write_and_does_not_see_drafts() -> None:
    with pytest.raises(Forbidden):
        operations.draft("items", "food", ITEM, OFFICER)
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    assert not queries.visible_to(OFFICER).filter(pk=edition.id).exists()
    assert queries.visible_to(AUTHOR).filter(pk=edition.id).exists()


def test_a_new_edition_takes_the_place_of_the_old_one_which_stays_readable() -> None:
    first = published()
    second = published(ITEM | {"name": "食品经营许可（新办）"})
    assert queries.current("items", "food").number == second.number == 2
    assert queries.edition(first.id).content == ITEM
    assert Edition.objects.get(pk=first.id).state == EditionState.RETIRED


def test_an_edition_for_a_later_day_leaves_the_present_one_in_force_until_then() -> None:
    first = published()
    later = instant.today() + timedelta(days=10)
    second = published(ITEM | {"name": "新"}, valid_from=later)
    assert queries.current("items", "food").id == first.id
    assert queries.current("items", "food", later).id == second.id
    with instant.frozen_at(later):
        assert queries.current("items", "food").id == second.id
        assert queries.current("items", "food", later - timedelta(days=1)).id == first.id


def test_an_edition_is_never_published_into_the_past() -> None:
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    operations.approve(edition.id, APPROVER)
    with pytest.raises(Refused) as refusal:
        operations.publish(edition.id, APPROVER, instant.today() - timedelta(days=1))
    assert refusal.value.code == "valid_from_past"


def test_a_suspended_edition_is_out_of_use_until_it_resumes() -> None:
    edition = published()
    operations.suspend(edition.id, AUTHOR, "依据正在修订")
    assert queries.find("items", "food") is None
    operations.resume(edition.id, AUTHOR)
    assert queries.current("items", "food").id == edition.id
    operations.retire(edition.id, AUTHOR)
    assert queries.find("items", "food") is None


def test_a_returned_edition_says_why_and_can_be_written_again() -> None:
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    with pytest.raises(Refused) as refusal:
        operations.draft("items", "food", ITEM, AUTHOR)
    assert refusal.value.code == "edition_in_review"
    with pytest.raises(Refused):
        operations.return_to_draft(edition.id, APPROVER, " ")
    assert operations.return_to_draft(edition.id, APPROVER, "材料名称不规范").note == "材料名称不规范"
    again = operations.draft("items", "food", ITEM | {"name": "改"}, AUTHOR)
    assert (again.id, again.content["name"]) == (edition.id, "改")


def test_two_authors_draft_beside_each_other() -> None:
    mine, theirs = (operations.draft("items", "food", ITEM, who) for who in (AUTHOR, APPROVER))
    assert (mine.number, theirs.number) == (1, 2)
    operations.withdraw_draft(theirs.id, APPROVER)
    assert not Edition.objects.filter(pk=theirs.id).exists()


@pytest.mark.parametrize("column", ["content", "digest", "author_ref", "number"])
def test_the_database_itself_refuses_to_change_what_was_published(column: str) -> None:
    edition = published()
    values = {"content": {"name": "偷偷改"}, "digest": "0" * 64, "author_ref": "staff:x", "number": 9}
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=edition.id).update(**{column: values[column]})
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=edition.id).update(state=EditionState.DRAFT)
    assert Edition.objects.get(pk=edition.id).content == ITEM


def test_a_second_press_of_a_button_is_refused() -> None:
    edition = published()
    with pytest.raises(DomainError) as refusal:
        operations.publish(edition.id, APPROVER)
    assert refusal.value.code == "edition_state"


def test_a_current_edition_that_is_known_costs_one_query(django_assert_num_queries: object) -> None:
    published()
    queries.current("items", "food")
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.current("items", "food")


def test_what_differs_between_two_editions_is_said_field_by_field() -> None:
    old = {"name": "甲", "limits": {"promised": 5}, "materials": [{"key": "a", "title": "一"}, {"key": "b"}], "gone": 1}
    new = {
        "name": "乙",
        "limits": {"promised": 5},
        "materials": [{"key": "b"}, {"key": "a", "title": "二"}],
        "new": [1],
    }
    assert [(d.path, d.kind, d.before, d.after) for d in differences(old, new)] == [
        ("gone", "removed", "1", ""),
        ("materials.a.title", "changed", "一", "二"),
        ("name", "changed", "甲", "乙"),
        ("new", "added", "", "1"),
    ]
    assert list(differences(old, old)) == []
