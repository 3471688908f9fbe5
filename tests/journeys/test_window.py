"""The comprehensive window: read, fill in together, sign, print, clear; nothing of one client for the next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.journeys.playing import PAPER
from xiang.foundation.cases import operations as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.forms import queries as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.measures import operations as measures
from xiang.foundation.notices.models import Notice
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties import queries as party_queries
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Account, Identifier, Party
from xiang.foundation.parties.tests.cast import sign_in
from xiang.services.applications import receipt
from xiang.services.halls import operations as halls
from xiang.services.halls import queries
from xiang.services.halls.models import WindowMatter, WindowSession
from xiang.services.lifeevents import operations as lifeevents

pytestmark = pytest.mark.django_db
ITEM = "elderly_allowance"


@pytest.fixture
def clerk(stage):
    return stage.resident("window")


def received(clerk, who: str = "wu_guiying") -> WindowSession:
    return halls.receive_by_card(clerk, who)


def filled(clerk, key: str = ITEM) -> Draft:
    """A draft of an item with everything given that nobody but the person knows."""
    from xiang.foundation.forms import operations as form_operations
    from xiang.foundation.ground.errors import FieldError
    from xiang.services.applications import operations as applications

    draft = halls.begin(clerk, "item", key)
    form = applications.form_for(draft)
    plausible = {"date": "1994-02-14", "phone": "15400000001", "division": "430104", "integer": 1, "money": 100,
                 "yesno": True}  # fmt: skip
    errors: list[FieldError] = list(applications.problems(draft))
    for error in errors:
        place = error.pointer.removeprefix("/")
        if place.startswith("materials/"):
            draft = applications.hand_in(draft, place.removeprefix("materials/"), [PAPER], "scan.pdf", clerk)
            continue
        asked = form.by_key[place]
        value = asked.choices[0].value if asked.choices else plausible.get(asked.type, "演示")
        draft = form_operations.save_answers(draft, form, {asked.key: value})
    assert not applications.problems(draft)
    return draft


def test_a_card_begins_a_visit_and_its_holder_is_told(stage, clerk):
    session = received(clerk)
    assert session.client == stage.person("wu_guiying")
    assert session.read_how == "card"
    notice = Notice.objects.get(recipient=session.client, kind="window.opened")
    assert "岳麓区" in notice.body
    assert queries.session_of(clerk) == session


def test_one_client_at_a_time(stage, clerk):
    received(clerk)
    with pytest.raises(Refused) as refused:
        received(clerk, "liu_yun")
    assert refused.value.code == "not_cleared"
    halls.clear(clerk)
    assert received(clerk, "liu_yun").client == stage.person("liu_yun")


def test_only_clerks_of_a_window_receive_anybody(stage):
    for who in ("police.receiver", "kangle"):
        with pytest.raises(Forbidden):
            received(stage.resident(who))


def test_a_number_alone_opens_nothing(stage, clerk):
    liu_yun = stage.person("liu_yun")
    number = party_queries.number_of(liu_yun.id)
    with pytest.raises(Invalid) as wrong:
        halls.receive_by_number(clerk, number, "王五")
    assert wrong.value.errors[0].code == "identity_mismatch"
    assert Entry.objects.filter(kind="window.not_matched", actor_ref=clerk.ref).exists()
    assert queries.session_of(clerk) is None
    assert halls.receive_by_number(clerk, number, "刘芸").client == liu_yun


def test_a_wrong_number_is_said_before_anything_is_asked(stage, clerk):
    with pytest.raises(Invalid) as wrong:
        halls.receive_by_number(clerk, "439990199001010000", "")
    assert {e.pointer for e in wrong.value.errors} == {"/number", "/name"}


def test_somebody_unknown_is_known_from_the_register_with_a_right_and_a_trace(stage, clerk):
    number, name = _unregistered()
    session = halls.receive_by_number(clerk, number, name)
    assert session.client.name == name
    assert party_queries.person_by_id_number(number) == session.client
    use = DataUse.objects.get(subject__in=party_queries.subject_indexes(session.client_id))
    assert (use.resource_key, use.outcome, use.purpose) == ("police_person", "served", "综合窗口核对来人身份")
    assert not Draft.objects.filter(kind="identity").exclude(state="discarded").exists()


def test_somebody_unknown_under_another_name_stays_unknown(stage, clerk):
    number, _ = _unregistered()
    with pytest.raises(Invalid):
        halls.receive_by_number(clerk, number, "王五")
    assert party_queries.person_by_id_number(number) is None


def test_a_card_that_is_not_there_is_not_read(stage, clerk):
    from xiang.services.halls.readers import NotRead

    with pytest.raises(NotRead):
        halls.receive_by_card(clerk, "nobody")


def test_a_clerk_files_for_the_person_who_has_checked_it(stage, clerk):
    session = received(clerk)
    draft = filled(clerk)
    assert (draft.owner, draft.channel, draft.actor_ref) == (session.client, "window", clerk.ref)
    with pytest.raises(Invalid) as unsigned:
        halls.file(clerk, draft.id, reviewed=False)
    assert unsigned.value.errors[0].code == "not_reviewed"
    case = halls.file(clerk, draft.id, reviewed=True)
    assert (case.applicant, case.channel) == (session.client, "window")
    assert halls.file(clerk, draft.id, reviewed=True).number == case.number
    assert WindowMatter.objects.filter(state="filed").count() == 1
    assert Entry.objects.filter(kind="window.filed", case_id=case.id).count() == 1


def test_a_matter_at_a_window_counts_as_a_visit_on_the_receipt_and_in_the_figures(stage, clerk):
    received(clerk)
    case = halls.file(clerk, filled(clerk).id, reviewed=True)
    rows = {row.key: row for row in receipt.receipt_of(case).rows}
    assert rows["visits"].after >= 1
    assert rows["counters"].after == 1
    sums = measures.recount_sums(__import__("xiang.foundation.measures.registry", fromlist=["get"]).get("halls.filed"))
    assert [1, 0] in sums.values()


def test_after_clearing_the_clerk_finds_nothing_of_the_person(stage, clerk):
    received(clerk)
    done, left = filled(clerk), halls.begin(clerk, "item", "social_security_card")
    case = halls.file(clerk, done.id, reviewed=True)
    halls.clear(clerk)
    assert not drafts.drafts_of(clerk).exists()
    for draft in (done, left):
        with pytest.raises(Absent):
            drafts.draft_for(clerk, draft.id)
    with pytest.raises(Absent):
        queries.session_for(clerk)
    received(clerk, "liu_yun")
    with pytest.raises(Absent):
        queries.case_for(queries.session_of(clerk), case.number)
    with pytest.raises(Absent):
        cases.perform(case.id, "withdraw", clerk)


def test_what_was_not_finished_goes_home_with_the_person(stage, clerk):
    received(clerk, "liu_yun")
    draft = halls.begin(clerk, "life_event", "birth")
    halls.clear(clerk)
    mother = stage.resident("liuyun")
    mine = drafts.draft_for(mother, draft.id)
    assert (mine.state, mine.channel, mine.actor_ref) == ("open", "web", f"party:{mother.party_id}")
    assert Notice.objects.filter(recipient=mother.party_id, kind="window.parked").exists()
    received(clerk, "liu_yun")
    assert halls.go_on(clerk, draft.id).actor_ref == clerk.ref


def test_a_rested_window_is_over_by_itself(stage, clerk):
    with instant.frozen_at(instant.now()):
        session = received(clerk)
        draft = filled(clerk)
    with instant.frozen_at(instant.now() + timedelta(minutes=30)):
        assert queries.session_of(clerk) is None
        with pytest.raises(Absent):
            drafts.draft_for(clerk, draft.id)
        assert halls.close_idle() == 1
        session.refresh_from_db()
        assert session.ending == "idle"
        assert received(clerk, "liu_yun").client == stage.person("liu_yun")


def test_another_clerk_at_the_next_window_sees_nothing(stage, clerk):
    session = received(clerk)
    draft = halls.begin(clerk, "item", ITEM)
    neighbour = stage.officer(session.unit, "window")
    with pytest.raises(Absent):
        drafts.draft_for(neighbour, draft.id)
    with pytest.raises(Absent):
        halls.file(neighbour, draft.id, reviewed=True)


def test_both_parents_at_the_counter_confirm_there(stage, clerk):
    received(clerk, "liu_yun")
    draft = halls.begin(clerk, "life_event", "birth")
    with pytest.raises(Refused) as refused:
        halls.record_other_present(clerk, draft.id, slot="liu_yun")
    assert refused.value.code == "same_person"
    draft = halls.record_other_present(clerk, draft.id, slot="zhou_ziheng")
    father = stage.person("zhou_ziheng")
    assert draft.answers["father.name"] == "周子衡"
    assert party_queries.has_consented(father.id, "lifeevents.other_parent", draft.id)
    given = {"child.name": "周沐言", "card.bank": "bank.changsha", "household.follow": "mother", "result.means": "post"}
    lifeevents.answer(draft, given, clerk)
    case = halls.file(clerk, draft.id, reviewed=True)
    assert case.channel == "window"
    assert {c.channel for c in case.children.all()} == {"window"}


def test_a_company_is_served_within_what_was_entrusted(stage, clerk):
    received(clerk, "lin_yiming")
    company = stage.person("xinghe")
    draft = halls.begin(clerk, "life_event", "company_change", behalf=company.id)
    assert draft.owner == company
    assert draft.people["agent"]["name"] == "林一鸣"
    with pytest.raises(Forbidden) as refused:
        halls.begin(clerk, "item", "company_cancel", behalf=company.id)
    assert refused.value.code == "not_delegated"
    with pytest.raises(Absent):
        halls.begin(clerk, "item", ITEM, behalf=stage.person("liu_yun").id)


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(stage) -> Client:
    return sign_in(Client(), Account.objects.get(username="window"))


def test_the_pages_lead_from_the_card_to_the_paper_and_leave_nothing(stage, clerk, window):
    assert "读身份证" in window.get("/window/").content.decode()
    page = window.post("/window/receive/", {"slot": "wu_guiying"}, follow=True).content.decode()
    assert "吴*英" in page
    assert "吴桂英" not in page
    draft = filled(clerk)
    page = window.get(reverse("halls:draft", args=[draft.id]))
    assert page["Cache-Control"] == "no-store"
    assert "请办事人看一遍" in page.content.decode()
    onward = window.post(reverse("halls:draft", args=[draft.id]))
    assert onward.headers["Location"] == reverse("halls:review", args=[draft.id])
    assert "本人已核对" in window.get(onward.headers["Location"]).content.decode()
    assert window.post(onward.headers["Location"]).status_code == 422
    paper = window.post(onward.headers["Location"], {"reviewed": "yes"}, follow=True)
    case = Case.objects.get(id=draft.id)
    assert case.number in paper.content.decode()
    assert "收件回执" in paper.content.decode()
    cleared = window.post("/window/clear/")
    assert "data-clear-session" in cleared.content.decode()
    assert cleared["Clear-Site-Data"] == '"cache"'
    assert "吴" not in cleared.content.decode()
    assert window.get(f"/window/receipts/{case.number}/").status_code == 404
    assert window.get(reverse("halls:draft", args=[draft.id])).status_code == 404
    assert "吴*英" not in window.get("/window/").content.decode()
    assert not [v for v in window.session.values() if str(draft.id) in str(v) or str(case.applicant_id) in str(v)]


def test_a_clerk_on_the_persons_own_page_is_led_back_to_the_window(stage, clerk, window):
    window.post("/window/receive/", {"slot": "liu_yun"})
    draft = halls.begin(clerk, "life_event", "birth")
    answer = window.get(reverse("lifeevents:draft", args=[draft.id]))
    assert answer.headers["Location"] == reverse("halls:draft", args=[draft.id])
    page = window.get(answer.headers["Location"]).content.decode()
    assert "他也在，当面确认" in page
    present = window.post(answer.headers["Location"], {"do": "here", "other.slot": "zhou_ziheng"}, follow=True)
    assert "在窗口当面" in present.content.decode()


def test_nobody_else_finds_a_window(stage):
    for who in ("police.receiver", "liuyun"):
        browser = sign_in(Client(), Account.objects.get(username=who))
        assert browser.get("/window/").status_code == 404


def _unregistered() -> tuple[str, str]:
    """Somebody of the province whom the platform does not know yet."""
    import sqlite3
    from pathlib import Path

    from django.conf import settings

    from xiang.foundation.parties import numbers

    with sqlite3.connect(Path(settings.DATA) / "sources" / "police.sqlite3") as db:
        for number, name in db.execute(
            "SELECT id_number, name FROM person WHERE status = 'normal' ORDER BY rowid DESC"
        ):
            if not Identifier.objects.filter(index__in=numbers.lookups("resident_id", number)).exists():
                return number, name
    raise AssertionError("everybody is known")


_ = (parties, SYSTEM, Party)
