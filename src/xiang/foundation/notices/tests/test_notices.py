from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Invalid, Refused
from xiang.foundation.measures import fold
from xiang.foundation.measures import queries as figures
from xiang.foundation.notices import operations, queries
from xiang.foundation.notices.gateways import Gateway, Message, Rejected, sms
from xiang.foundation.notices.models import Category, DemoMessage, Notice, Outcome, Sending
from xiang.foundation.outbox import worker
from xiang.foundation.outbox.models import Delivery, Event
from xiang.foundation.outbox.subscriptions import NotSent
from xiang.foundation.parties import actors
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.tests.cast import Cast, sign_in

PHONE = "13800138021"


@pytest.fixture
def mother(cast: Cast):
    parties.add_contact(actors.for_person(cast.mother), cast.mother, "phone", PHONE)
    return actors.for_person(cast.mother)


def tell(actor, kind="case.accepted", title="出生登记已受理", **more):
    return operations.notify(actor.party_id, kind, title, "望月湖派出所今天受理。", **more)


def sent() -> list[str]:
    return list(DemoMessage.objects.order_by("id").values_list("text", flat=True))


class Moody(Gateway):
    """A gateway that answers as it is told: a receipt, or an exception after (or before) the message arrived."""

    key, title = "moody", "喜怒无常"

    def __init__(self) -> None:
        self.arrived: dict[str, int] = {}
        self.mood: Exception | None = None
        self.loses = False

    def send(self, message: Message) -> str:
        if not self.loses:
            self.arrived[message.key] = self.arrived.get(message.key, 0) + 1
        if self.mood:
            raise self.mood
        return f"receipt-{message.key}"

    def status(self, key: str) -> str | None:
        return f"receipt-{key}" if key in self.arrived else None


@pytest.fixture
def gateway(settings, monkeypatch):
    moody = Moody()
    monkeypatch.setitem(sms._plugins, "moody", moody)
    settings.PLUGINS = {"sms": "moody"}
    return moody


def test_what_somebody_is_told_stands_in_their_list_and_is_sent_once(mother):
    notice = tell(mother, channels=["sms"], sender="望月湖派出所", link="/cases/1/")
    worker.drain(raising=True)
    worker.drain(raising=True)
    assert [row.id for row in queries.inbox(mother).rows] == [notice.id]
    assert sent() == ["望月湖派出所今天受理。"]
    assert DemoMessage.objects.get().masked_address == "138****8021"
    assert Sending.objects.get().outcome == Outcome.SENT


def test_no_queue_and_no_record_of_a_sending_holds_the_phone_number(mother):
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    for model in (Event, Delivery, Notice, Sending, DemoMessage):
        assert PHONE not in str(list(model.objects.values()))


def test_without_an_address_nothing_is_sent_and_the_reason_is_kept(cast):
    tell(actors.for_person(cast.child), channels=["sms", "email"])
    worker.drain(raising=True)
    assert set(Sending.objects.values_list("outcome", "reason")) == {("skipped", "no_address")}


def test_the_same_thing_is_told_once(mother):
    assert tell(mother, once="case-1.accepted") is not None
    assert tell(mother, once="case-1.accepted") is None
    assert Notice.objects.count() == 1


def test_a_link_leads_nowhere_else(mother):
    for link in ("https://elsewhere.example/", "//elsewhere.example/"):
        with pytest.raises(ValueError, match="this site"):
            tell(mother, link=link)


def test_the_profiles_template_comes_before_the_rooms_own_words(mother):
    operations.put_template(
        "case.accepted",
        category="progress",
        title="{item}已受理",
        body="{body}今天受理，{due}前办完。",
        sms="{item}已受理，{due}前办完",
        channels=["sms"],
    )
    words = {"item": "出生登记", "body": "望月湖派出所", "due": "9月29日（周一）"}
    notice = tell(mother, params=words)
    worker.drain(raising=True)
    assert notice.title == "出生登记已受理"
    assert sent() == ["出生登记已受理，9月29日（周一）前办完"]
    with pytest.raises(Refused, match="notice_incomplete"):
        tell(mother, params={"item": "出生登记"})
    operations.drop_template("case.accepted")
    assert tell(mother).title == "出生登记已受理"


def test_a_broken_template_is_refused_with_the_field_that_is_wrong(db):
    with pytest.raises(Invalid) as refusal:
        operations.put_template("k", category="gossip", title=" ", sms="{Item", channels=["pigeon"])
    assert [error.code for error in refusal.value.errors] == [
        "category_unknown",
        "title_missing",
        "braces",
        "channel_unknown",
    ]


def test_a_silenced_category_is_kept_in_the_list_but_not_sent(mother):
    operations.quiet(mother, Category.PROGRESS, "sms")
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    assert sent() == []
    assert queries.unread(mother) == 1
    operations.quiet(mother, Category.PROGRESS, "sms", on=False)
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    assert len(sent()) == 1


def test_decisions_cannot_be_silenced(mother):
    with pytest.raises(Refused, match="always_told"):
        operations.quiet(mother, Category.DECISION, "sms")
    with pytest.raises(Refused, match="always_told"):
        operations.suppress([Category.DECISION], "death", about="case-1")


def test_after_a_death_nobody_is_congratulated_reminded_or_asked_for_a_rating(mother):
    queued = tell(mother, "birth.congratulation", category="congratulation", channels=["sms"], about="case-1")
    operations.suppress(queries.BEREAVED, "death", about="case-1")
    for category in queries.BEREAVED:
        assert tell(mother, f"birth.{category}", category=category, about="case-1") is None
    assert tell(mother, category="decision", about="case-1") is not None
    assert tell(mother, category="rating", about="case-2") is not None, "another matter goes on"
    worker.drain(raising=True)
    assert sent() == [], "what was queued is stopped too"
    assert queued.sendings.get().reason == "suppressed"
    assert operations.lift([Category.RATING], about="case-1") == 1
    assert tell(mother, category="rating", about="case-1") is not None


def test_a_party_may_be_spared_a_kind(mother, cast):
    operations.suppress(["vaccine.reminder"], "asked", party_id=mother.party_id)
    operations.suppress(["vaccine.reminder"], "asked", party_id=mother.party_id)
    assert tell(mother, "vaccine.reminder") is None
    assert tell(actors.for_person(cast.father), "vaccine.reminder") is not None


def test_a_message_without_an_answer_is_reconciled_and_not_sent_twice(mother, gateway):
    start = instant.now()
    gateway.mood = TimeoutError()
    tell(mother, channels=["sms"])
    worker.drain()
    gateway.mood = None
    with instant.frozen_at(start + timedelta(hours=1)):
        worker.drain(raising=True)
    assert list(gateway.arrived.values()) == [1]
    assert Sending.objects.get().outcome == Outcome.SENT


def test_a_message_that_never_arrived_is_sent_again(mother, gateway):
    start = instant.now()
    gateway.mood, gateway.loses = NotSent(), True
    tell(mother, channels=["sms"])
    worker.drain()
    gateway.mood, gateway.loses = None, False
    with instant.frozen_at(start + timedelta(hours=1)):
        worker.drain(raising=True)
    assert list(gateway.arrived.values()) == [1]


def test_a_number_refused_for_good_is_not_tried_again(mother, gateway):
    gateway.mood = Rejected("number_not_in_service")
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    sending = Sending.objects.get()
    assert (sending.outcome, sending.reason) == (Outcome.FAILED, "number_not_in_service")


def test_the_share_of_delivered_messages_is_a_figure_that_a_recount_confirms(mother, gateway):
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    gateway.mood = Rejected("number_not_in_service")
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    fold.fold()
    reading = figures.figure("notices.delivered", {"channel": "sms"})
    assert (reading.numerator, reading.denominator) == (1, 2)
    assert figures.recount("notices.delivered").agrees


def test_nobody_reads_or_marks_another_ones_messages(mother, cast):
    notice = tell(mother)
    other = actors.for_person(cast.stranger)
    assert queries.inbox(other).rows == []
    for attempt in (queries.notice_for, operations.mark_read):
        with pytest.raises(Absent):
            attempt(other, notice.id)


def test_a_guardian_reads_the_wards_messages_when_acting_for_them(cast):
    tell(actors.for_person(cast.child))
    assert queries.unread(actors.for_person(cast.mother)) == 0
    assert queries.unread(actors.for_person(cast.mother, cast.child)) == 1


def test_reading_is_counted_once_and_all_can_be_read_together(mother):
    first, _, _ = (tell(mother) for _ in range(3))
    read_at = operations.mark_read(mother, first.id).read_at
    assert operations.mark_read(mother, first.id).read_at == read_at
    assert queries.unread(mother) == 2
    assert operations.mark_all_read(mother) == 2
    assert queries.unread(mother) == 0


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def page_of(client: Client, cast: Cast, mother) -> Client:
    return sign_in(client, cast.mother)


def test_the_list_is_for_those_who_signed_in(client, db):
    assert client.get(reverse("notices:inbox")).status_code == 302


def test_an_empty_list_says_what_will_be_here(page_of):
    answer = page_of.get(reverse("notices:inbox")).content.decode()
    assert "还没有消息" in answer
    assert "暂无" not in answer


def test_the_list_pages_and_the_bell_counts(page_of, mother, django_assert_max_num_queries):
    for n in range(25):
        tell(mother, title=f"第{n}条")
    with django_assert_max_num_queries(15):
        first = page_of.get(reverse("notices:inbox"))
    assert "第24条" in first.content.decode()
    assert "第4条" not in first.content.decode()
    assert "消息，25 条未读" in first.content.decode()
    second = page_of.get(first.context["paging"].next_url).content.decode()
    assert "第4条" in second
    assert page_of.get(reverse("notices:inbox") + "?cursor=nonsense").status_code == 400


def test_looking_at_a_message_changes_nothing_and_the_button_marks_it(page_of, mother):
    notice = tell(mother, channels=["sms"], case_number="XC43010120250922001")
    worker.drain(raising=True)
    address = reverse("notices:notice", args=[notice.id])
    assert "短信已发出" in page_of.get(address).content.decode()
    assert queries.unread(mother) == 1
    assert page_of.get(reverse("notices:read", args=[notice.id])).status_code == 405
    assert page_of.post(reverse("notices:read", args=[notice.id])).status_code == 302
    assert "已读" in page_of.get(address).content.decode()
    fragment = page_of.post(reverse("notices:read", args=[notice.id]), headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()


def test_all_are_marked_by_one_button(page_of, mother):
    tell(mother)
    page_of.post(reverse("notices:read_all"))
    assert "都读过了" in page_of.get(reverse("notices:inbox") + "?unread=1").content.decode()


def test_anothers_message_and_one_that_never_was_look_alike(page_of, cast):
    other = tell(actors.for_person(cast.stranger))
    answers = [page_of.get(reverse("notices:notice", args=[key])) for key in (other.id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_choices_are_kept(page_of, mother):
    address = reverse("notices:preferences")
    wanted = [f"{c}.{ch}" for c in ("todo", "progress") for ch in ("sms", "email")]
    answer = page_of.post(address, {"wanted": wanted}, follow=True)
    assert "已保存" in answer.content.decode()
    silenced = queries.quiet_choices(mother)
    assert ("rating", "sms") in silenced
    assert ("todo", "sms") not in silenced
    page_of.post(address, {"wanted": [*wanted, "rating.sms"]})
    assert ("rating", "sms") not in queries.quiet_choices(mother)


def test_the_demonstrations_telephone_shows_what_was_sent(client, mother):
    assert "还没有发出过短信" in client.get(reverse("notices:demo")).content.decode()
    tell(mother, channels=["sms"])
    worker.drain(raising=True)
    shown = client.get(reverse("notices:demo")).content.decode()
    assert "138****8021" in shown
    assert "望月湖派出所今天受理" in shown


def test_the_home_page_shows_the_newest_messages(rf, mother):
    from xiang.foundation.notices import panels

    tell(mother, title="第一条")
    request = rf.get("/")
    request._xiang_actor = mother
    assert "第一条" in panels.newest(request, None)
    request = rf.get("/")
    request._xiang_actor = actors.ANONYMOUS
    assert panels.newest(request, None) == ""
