"""The account pages: own matters only, acting for others, delegations, consents."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from xiang.foundation.ground import instant
from xiang.foundation.parties import actors, delegable, operations, queries
from xiang.foundation.parties.models import Delegation, Party
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, id_number, sign_in
from xiang.foundation.parties.tests.test_actors import delegate

pytestmark = pytest.mark.django_db


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_my_page_shows_masked_numbers_and_never_the_number(as_mother: Client, cast: Cast) -> None:
    page = text(as_mother.get("/me/"))
    assert "刘芸" in page and "4399**********" in page and "139****0001" in page
    number = queries.number_of(cast.mother.id)
    assert number and number not in page and "13900000001" not in page


@pytest.mark.parametrize("who", ["father", "stranger", "company"])
def test_the_page_of_another_party_reads_like_one_that_does_not_exist(as_mother: Client, cast: Cast, who: str) -> None:
    other: Party = getattr(cast, who)
    theirs, nobody = as_mother.get(f"/parties/{other.id}/"), as_mother.get(f"/parties/{uuid4()}/")
    assert theirs.status_code == nobody.status_code == 404
    assert other.name not in text(theirs)


def test_a_guardian_opens_the_page_of_the_ward(as_mother: Client, cast: Cast) -> None:
    page = as_mother.get(f"/parties/{cast.child.id}/")
    assert page.status_code == 200 and "周沐言" in text(page)


def test_an_officer_opens_no_persons_page(client: Client, cast: Cast) -> None:
    sign_in(client, cast.decider)
    assert client.get(f"/parties/{cast.mother.id}/").status_code == 404
    assert "望月湖派出所" in text(client.get("/me/"))


@pytest.mark.parametrize("path", ["/me/", "/me/acting/", "/me/delegations/new/"])
def test_who_is_not_signed_in_is_asked_to(client: Client, cast: Cast, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_acting_for_somebody_stays_until_changed_and_is_said_on_the_page(client: Client, cast: Cast) -> None:
    sign_in(client, cast.owner)
    assert client.post("/me/acting/", {"party": str(cast.company.id)}).headers["Location"] == "/me/"
    page = text(client.get("/me/"))
    assert "正在代湖南星禾智造科技有限公司办理" in page
    client.post("/me/acting/", {"party": ""})
    assert "正在代" not in text(client.get("/me/"))


def test_acting_for_somebody_else_is_refused(as_mother: Client, cast: Cast) -> None:
    assert as_mother.post("/me/acting/", {"party": str(cast.company.id)}).status_code == 403
    assert as_mother.post("/me/acting/", {"party": "nonsense"}).status_code == 404


def test_a_delegation_revoked_elsewhere_ends_the_agents_session_for_the_company(client: Client, cast: Cast) -> None:
    delegation = delegate(cast)
    sign_in(client, cast.agent)
    client.post("/me/acting/", {"party": str(cast.company.id)})
    assert "正在代" in text(client.get("/me/"))
    operations.revoke_delegation(actors.for_person(cast.owner, cast.company), delegation)
    assert "正在代" not in text(client.get("/me/"))


def test_an_owner_grants_a_delegation_and_revokes_it(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = [delegable.DelegableItem("company_change", "企业信息变更")]
    monkeypatch.setattr(delegable, "_offers", [lambda party: offered])
    sign_in(client, cast.owner)
    client.post("/me/acting/", {"party": str(cast.company.id)})
    assert "企业信息变更" in text(client.get("/me/delegations/new/"))
    until = instant.today() + timedelta(days=90)
    given = {"name": "林一鸣", "agent": "13900000005", "items": "company_change", "valid_to": until.isoformat()}
    assert client.post("/me/delegations/new/", given).headers["Location"] == "/me/"
    delegation = Delegation.objects.get()
    assert (delegation.principal, delegation.agent, delegation.items) == (cast.company, cast.agent, ["company_change"])
    assert "企业信息变更" in text(client.get("/me/"))
    client.post(f"/me/delegations/{delegation.id}/revoke/")
    delegation.refresh_from_db()
    assert delegation.revoked_at is not None


def test_a_wrong_delegation_keeps_what_was_typed_and_says_what_to_mend(as_mother: Client, cast: Cast) -> None:
    given = {"name": "林一鸣", "agent": "13900000001", "items": "*", "valid_to": "2099-01-01"}
    answer = as_mother.post("/me/delegations/new/", given)
    assert answer.status_code == 422
    assert "没有找到这位受托人" in text(answer) and 'value="林一鸣"' in text(answer) and "checked" in text(answer)


def test_an_agent_is_found_by_identity_number_too(as_mother: Client, cast: Cast) -> None:
    number = queries.number_of(cast.agent.id)
    given = {"name": "林一鸣", "agent": number, "items": "*", "valid_to": "2099-01-01"}
    assert as_mother.post("/me/delegations/new/", given).status_code == 302


def test_a_strangers_delegation_contact_or_consent_cannot_be_touched(as_mother: Client, cast: Cast) -> None:
    delegation = delegate(cast)
    contact = queries.contacts_of(cast.father.id)[0]
    consent = operations.give_consent(SYSTEM, party=cast.father, purpose="p", title="t")
    for path in (
        f"/me/delegations/{delegation.id}/revoke/",
        f"/me/contacts/{contact.id}/remove/",
        f"/me/consents/{consent.id}/withdraw/",
    ):
        assert as_mother.post(path).status_code == 404
    assert queries.has_consented(cast.father.id, "p")


def test_a_consent_is_withdrawn_on_the_page(as_mother: Client, cast: Cast) -> None:
    consent = operations.give_consent(SYSTEM, party=cast.mother, purpose="p", title="推送育儿补贴")
    assert "推送育儿补贴" in text(as_mother.get("/me/"))
    as_mother.post(f"/me/consents/{consent.id}/withdraw/")
    assert not queries.has_consented(cast.mother.id, "p")


def test_a_contact_is_added_and_a_wrong_one_is_said(as_mother: Client, cast: Cast) -> None:
    as_mother.post("/me/contacts/", {"kind": "phone", "value": "138 1111 2222"})
    assert "138****2222" in text(as_mother.get("/me/"))
    answer = as_mother.post("/me/contacts/", {"kind": "phone", "value": "12345"})
    assert answer.status_code == 422 and "手机号应为 11 位数字" in text(answer)


def test_my_page_asks_few_questions(as_mother: Client, cast: Cast, django_assert_max_num_queries: object) -> None:
    delegate(cast)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        as_mother.get("/me/")


def test_the_number_of_a_newborn_is_simply_not_there_yet(as_mother: Client, cast: Cast) -> None:
    assert "还没有" in text(as_mother.get(f"/parties/{cast.child.id}/"))
    operations.add_identifier(SYSTEM, cast.child, "resident_id", id_number(instant.today(), 28))
    assert "还没有" not in text(as_mother.get(f"/parties/{cast.child.id}/"))
