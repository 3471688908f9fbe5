"""Editions as configurators see them: one writes, another approves, and the page shows what changes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from xiang.foundation.parties.actors import for_account
from xiang.foundation.parties.models import Account
from xiang.foundation.publishing import operations, queries
from xiang.foundation.publishing.models import Edition, EditionState
from xiang.foundation.statutes.tests.cast import officer

from .cast import APPROVER, AUTHOR

pytestmark = pytest.mark.django_db
ITEM = {"key": "food", "name": "食品经营许可", "materials": ["身份证明"]}


def url(edition: Edition) -> str:
    return reverse("publishing:edition", kwargs={"edition_id": edition.id})


def press(client: Client, edition: Edition, step: str, **more: str) -> tuple[int, str]:
    address = reverse("publishing:act", kwargs={"edition_id": edition.id})
    answer = client.post(address, {"step": step, **more}, follow=True)
    return answer.status_code, answer.content.decode()


def test_an_edition_is_seen_approved_and_published_by_another() -> None:
    client = officer("configurator")
    operations.publish_now("items", "food", ITEM, AUTHOR, APPROVER)
    edition = operations.draft("items", "food", ITEM | {"name": "食品经营许可（新办）"}, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    page = client.get(reverse("publishing:editions")).content.decode()
    assert "食品经营许可（新办）" in page
    text = client.get(url(edition)).content.decode()
    assert "和第 1 版相比" in text
    assert "<del>食品经营许可</del>" in text
    assert "<ins>食品经营许可（新办）</ins>" in text
    assert press(client, edition, "approve")[0] == 200
    status, text = press(client, edition, "publish")
    assert (status, "已发布。" in text) == (200, True)
    assert queries.current("items", "food").number == 2


def test_an_own_edition_cannot_be_approved_and_the_button_says_why() -> None:
    client = officer("configurator")
    writer = client.session["_auth_user_id"]
    actor = for_account(Account.objects.get(pk=writer))
    edition = operations.draft("items", "food", ITEM, actor)
    status, text = press(client, edition, "submit")
    assert (status, "这一版是您写的" in text) == (200, True)
    status, text = press(client, edition, "approve")
    assert (status, "请另一位配置员审核" in text) == (403, True)
    assert Edition.objects.get(pk=edition.id).approver_ref == ""


def test_sending_back_needs_a_reason_and_keeps_the_page() -> None:
    client = officer("configurator")
    edition = operations.draft("items", "food", ITEM, AUTHOR)
    operations.submit(edition.id, AUTHOR)
    status, text = press(client, edition, "return")
    assert (status, "写明原因。" in text) == (422, True)
    assert press(client, edition, "return", reason="材料名称不规范")[0] == 200
    assert Edition.objects.get(pk=edition.id).state == EditionState.DRAFT


def test_a_second_press_says_what_the_edition_is_now() -> None:
    client = officer("configurator")
    edition = operations.publish_now("items", "food", ITEM, AUTHOR, APPROVER)
    status, text = press(client, edition, "publish")
    assert (status, "这一版现在是“已发布”" in text) == (409, True)
    assert press(client, edition, "unheard of")[0] == 400


def test_the_rest_of_an_edition_s_life_can_be_pressed() -> None:
    client = officer("configurator")
    edition = operations.publish_now("items", "food", ITEM, AUTHOR, APPROVER)
    for step, state in (("suspend", "suspended"), ("resume", "published"), ("retire", "retired")):
        assert press(client, edition, step, reason="依据修订")[0] == 200
        assert Edition.objects.get(pk=edition.id).state == state
    draft = operations.draft("items", "food", ITEM, AUTHOR)
    assert press(client, draft, "withdraw")[0] == 200
    assert not Edition.objects.filter(pk=draft.id).exists()


def test_for_others_editions_are_not_there(client: Client) -> None:
    edition = operations.publish_now("items", "food", ITEM, AUTHOR, APPROVER)
    for who in (client, officer("reviewer")):
        assert who.get(reverse("publishing:editions")).status_code == 404
        assert who.get(url(edition)).status_code == 404
        assert press(who, edition, "retire", reason="x")[0] == 404
    assert queries.current("items", "food").id == edition.id


def test_the_list_keeps_within_its_queries_and_pages(django_assert_max_num_queries: object) -> None:
    for n in range(60):
        operations.draft("items", f"item{n}", ITEM | {"name": f"事项{n}"}, AUTHOR)
    client = officer("configurator")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        text = client.get(reverse("publishing:editions"), {"state": "draft", "kind": "items"}).content.decode()
    assert text.count("data-row") == 50
    assert "cursor=" in text
    assert "没有符合的版本" in client.get(reverse("publishing:editions"), {"state": "review"}).content.decode()
