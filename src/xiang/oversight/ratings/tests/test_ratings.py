"""Rating: who is asked and when, once a matter, whole and parts; what officers learn; what follows a bad one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import cast
from xiang.foundation.cases.models import Case
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ground.instant import frozen_at
from xiang.foundation.ledger.models import Entry
from xiang.foundation.measures import operations as measuring
from xiang.foundation.measures import queries as measures
from xiang.foundation.notices import operations as notices
from xiang.foundation.notices.models import Notice
from xiang.oversight.ratings import operations, queries
from xiang.oversight.ratings.models import Invitation, Rating, RatingFollowUp
from xiang.oversight.ratings.operations import Word
from xiang.oversight.ratings.tests import world as worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with frozen_at(worlds.MONDAY):
        yield worlds.make()


def invited(case: Case) -> set[str]:
    return set(Invitation.objects.filter(case=case).values_list("rater__name", flat=True))


def fold() -> None:
    while measuring.fold_batch(500):
        pass


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_nobody_is_asked_before_the_end(world):
    assert not invited(world.open())


def test_the_applicant_is_asked_once_when_the_matter_ends(world):
    case = world.conclude(world.open())
    assert case.state == "delivered"
    assert invited(case) == {"刘芸"}
    assert Notice.objects.get(recipient=world.mother, kind="rating.invited").link == f"/cases/{case.number}/rating/"
    assert Invitation.objects.get(case=case).closes_on == worlds.MONDAY + timedelta(days=30)


def test_a_life_event_is_rated_as_a_whole_by_both_parents_and_its_parts_with_it(world):
    birth = world.birth()
    assert not birth.open
    assert invited(birth) == {"刘芸", "周子衡"}
    assert not Invitation.objects.filter(case__parent=birth).exists()
    assert [part.item_title for part in queries.parts_of(birth)] == ["出生登记", "预防接种证"]


def test_after_a_death_nobody_is_asked(world):
    birth = world.birth(solemn=True)
    assert not birth.open
    assert not invited(birth)
    assert not Notice.objects.filter(kind="rating.invited").exists()


def test_what_must_not_be_said_is_not_asked_either(world):
    notices.suppress(["rating"], "death", party_id=world.mother.id)
    assert not invited(world.ended())


# --- rating ----------------------------------------------------------------------------------------------------------


def test_there_is_no_level_unless_the_person_chooses_one(world):
    case = world.ended()
    with pytest.raises(Invalid) as wrong:
        operations.rate(case.number, world.as_(world.mother), {case.number: Word("", "还可以")})
    assert {e.code for e in wrong.value.errors} == {"level_missing"}
    assert not Rating.objects.exists()


def test_a_matter_is_rated_once_by_one_person(world):
    case = world.ended()
    said = {case.number: Word("satisfied", "很快")}
    operations.rate(case.number, world.as_(world.mother), said)
    with pytest.raises(Refused) as again:
        operations.rate(case.number, world.as_(world.mother), said)
    assert again.value.code == "rated_already"
    assert Rating.objects.count() == 1


def test_parts_are_rated_as_the_person_likes(world):
    birth = world.birth()
    part = birth.children.order_by("id").first()
    said = {birth.number: Word("very_satisfied"), part.number: Word("dissatisfied", "说不清楚要什么")}
    operations.rate(birth.number, world.as_(world.father), said)
    kept = {(r.whole, r.level, r.unit_id) for r in Rating.objects.all()}
    assert kept == {(True, "very_satisfied", None), (False, "dissatisfied", part.unit_id)}
    # The whole has no office of its own: it is counted where its first part is.
    assert {r.division_path for r in Rating.objects.filter(whole=True)} == {part.division_path}


def test_nobody_rates_what_is_not_theirs(world):
    case = world.ended()
    stranger = cast.resident(cast.person("康乐"))
    for who in (stranger, world.office.receiver, world.supervisor):
        with pytest.raises(Absent):
            operations.rate(case.number, who, {case.number: Word("satisfied")})


def test_a_part_of_somebody_elses_matter_cannot_be_smuggled_in(world):
    mine, other = world.birth(), world.ended()
    with pytest.raises(Absent):
        operations.rate(
            mine.number, world.as_(world.mother), {mine.number: Word("satisfied"), other.number: Word("satisfied")}
        )


def test_after_the_window_it_counts_as_unrated_and_not_as_satisfied(world):
    case = world.ended()
    with frozen_at(worlds.MONDAY + timedelta(days=31)):
        with pytest.raises(Refused) as late:
            operations.rate(case.number, world.as_(world.mother), {case.number: Word("satisfied")})
        assert late.value.code == "rating_closed"
        assert operations.lapse() == 1
        assert operations.lapse() == 0
        fold()
        assert measures.figure("ratings.good").value is None
        assert (measures.figure("ratings.answered").numerator, measures.figure("ratings.answered").denominator) == (
            0,
            1,
        )


def test_the_figures_equal_a_recount(world):
    first, birth = world.ended(), world.birth()
    operations.rate(first.number, world.as_(world.mother), {first.number: Word("very_dissatisfied", "跑了三趟")})
    part = birth.children.order_by("id").first()
    said = {birth.number: Word("satisfied"), part.number: Word("fairly_satisfied")}
    operations.rate(birth.number, world.as_(world.father), said)
    found = RatingFollowUp.objects.get()
    operations.note(found.id, world.supervisor, "contacted", "电话联系过")
    operations.note(found.id, world.supervisor, "closed", "已经改正")
    fold()
    good = measures.figure("ratings.good")
    assert (good.numerator, good.denominator) == (2, 3)
    assert measures.figure("ratings.mended").value == 100
    for key in ("ratings.good", "ratings.answered", "ratings.mended"):
        assert measures.recount(key).agrees, measures.recount(key).differences


# --- what officers learn ---------------------------------------------------------------------------------------------


def test_an_officer_sees_counts_and_words_but_never_who_or_which_case(world):
    for name in ("甲一", "甲二", "甲三", "甲四", "甲五"):
        who = cast.person(name)
        case = world.ended(applicant=who, title=f"{name}的高龄津贴")
        operations.rate(case.number, cast.resident(who), {case.number: Word("satisfied", f"第{name[-1]}位说好")})
    (office,) = queries.of_offices(world.office.receiver)
    assert (office.total, office.good) == (5, 5)
    assert len(office.words) == 5
    shown = repr(office.words)
    assert "甲" not in shown and "XC" not in shown
    assert all(said.month == date(2025, 9, 1) for said in office.words)


def test_a_few_words_would_point_at_a_person_and_are_not_shown(world):
    case = world.ended()
    operations.rate(case.number, world.as_(world.mother), {case.number: Word("dissatisfied", "态度不好")})
    (office,) = queries.of_offices(world.office.receiver)
    assert office.total == 1 and not office.words


def test_an_office_sees_no_other_office(world):
    case = world.ended()
    operations.rate(case.number, world.as_(world.mother), {case.number: Word("satisfied")})
    assert not queries.of_offices(world.province.police.receiver)
    with pytest.raises(Absent):
        queries.of_offices(world.as_(world.mother))


# --- bad ratings -----------------------------------------------------------------------------------------------------


def bad(world) -> RatingFollowUp:
    case = world.ended()
    operations.rate(case.number, world.as_(world.mother), {case.number: Word("very_dissatisfied", "跑了三趟")})
    return RatingFollowUp.objects.get()


def test_a_bad_rating_opens_a_follow_up_with_its_legal_dates(world):
    found = bad(world)
    assert found.contact_due == date(2025, 9, 23)  # one working day after Monday
    assert found.mend_due == date(2025, 9, 29)


def test_the_make_up_sunday_counts_for_the_contact(world):
    with frozen_at(date(2025, 9, 27)):
        assert bad(world).contact_due == date(2025, 9, 28)


def test_only_a_supervisor_above_the_office_follows_it_up(world):
    found = bad(world)
    for who in (world.far_supervisor, world.office.receiver, world.as_(world.mother)):
        with pytest.raises(Absent):
            operations.note(found.id, who, "contacted", "打了电话")
        assert not queries.follow_ups(who).exists()
    assert queries.follow_ups(world.supervisor).get() == found


def test_it_is_contacted_first_then_closed_and_the_person_is_told(world):
    found = bad(world)
    with pytest.raises(Refused):
        operations.note(found.id, world.supervisor, "closed", "不用管")
    operations.note(found.id, world.supervisor, "contacted", "9月22日电话联系")
    operations.note(found.id, world.supervisor, "closed", "已退回多收的材料")
    with pytest.raises(Refused):
        operations.note(found.id, world.supervisor, "closed", "再改一次")
    assert "已退回多收的材料" in Notice.objects.get(recipient=world.mother, kind="rating.answered").body
    assert [note.step for note in found.notes.all()] == ["contacted", "closed"]


def test_who_belongs_to_the_office_does_not_follow_up_its_own(world):
    found = bad(world)
    staff = world.office.staff("supervisor")
    with pytest.raises(Forbidden) as wrong:
        operations.note(found.id, world.office.as_(staff), "contacted", "自己看过了")
    assert wrong.value.code == "own_office"


def test_looking_up_the_number_to_call_is_in_the_ledger(world):
    found = bad(world)
    operations.open_contact(found.id, world.supervisor)
    assert Entry.objects.filter(kind="rating.contact_opened", actor_ref=world.supervisor.ref).count() == 1
