"""Tokens for programs: whose they are, what they open, when they stop; and requests that were asked twice."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Invalid, Refused
from xiang.foundation.ledger.models import Entry
from xiang.foundation.parties import actors, operations
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import ApiToken, IdempotencyRecord, Party
from xiang.foundation.parties.operations.idempotency import KEPT, LEASE
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, sign_in
from xiang.foundation.parties.tests.test_actors import delegate
from xiang.foundation.statutes import operations as statutes
from xiang.foundation.statutes.rules import RuleRow

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rules(request: pytest.FixtureRequest) -> None:
    """How long a token may last, by dated rows."""
    if request.node.get_closest_marker("postgres"):
        return
    request.getfixturevalue("cast")
    for key, days in (("api.token.longest", 365), ("api.token.longest.office", 90)):
        row = RuleRow(key=key, value=days, unit="d", clock_start="创建之日", citation="接口规则", rolls=False,
                      valid_from=date(2024, 1, 1))  # fmt: skip
        statutes.put_rule(row, SYSTEM)


def acting(cast: Cast, who: Party) -> Actor:
    return actors.for_account(cast.account(who))


def issued(actor: Actor, *scopes: str, **more: object) -> tuple[ApiToken, str]:
    return operations.issue_token(actor, title="脚本", granted=scopes or ("cases:read",), **more)  # type: ignore[arg-type]


def ask(token: str, path: str = "/api/v1/me", **headers: str) -> HttpResponse:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"} | headers)


def code(answer: HttpResponse) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, json.loads(answer.content)["code"]


# --- issuing ---------------------------------------------------------------------------------------------------------


def test_a_token_opens_what_it_was_made_for_and_is_kept_as_a_digest(cast: Cast) -> None:
    token, secret = issued(acting(cast, cast.mother))
    answer = ask(secret)
    assert answer.status_code == 200 and answer.json()["name"] == "刘芸"
    assert answer["Cache-Control"] == "no-store"
    token.refresh_from_db()
    assert token.last_used_on == instant.today()
    kept = json.dumps(list(ApiToken.objects.values()), default=str) + json.dumps(
        list(Entry.objects.values()), default=str
    )
    assert secret not in kept and secret[6:] not in kept


def test_a_scope_that_was_not_given_is_refused_and_named(cast: Cast) -> None:
    _, secret = issued(acting(cast, cast.mother), "cases:read")
    answer = ask(secret, "/api/v1/credentials")
    assert code(answer) == (403, "insufficient_scope")
    assert answer["WWW-Authenticate"] == 'Bearer realm="xiang", error="insufficient_scope", scope="credentials:read"'


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic bGl1eXVuOng=", "Bearer " + "x" * 5000]
)
def test_what_is_no_token_of_ours_opens_nothing(cast: Cast, given: str) -> None:
    answer = Client().get("/api/v1/me", headers={"Authorization": given} if given else {})
    assert code(answer) == (401, "token_invalid" if given else "not_signed_in")
    assert answer["WWW-Authenticate"].startswith('Bearer realm="xiang"')


def test_a_wrong_token_is_not_replaced_by_the_session(cast: Cast) -> None:
    client = sign_in(Client(), cast.mother)
    assert client.get("/api/v1/me").status_code == 200
    assert code(client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})) == (401, "token_invalid")


def test_a_token_that_was_revoked_or_has_expired_opens_nothing(cast: Cast) -> None:
    mother = acting(cast, cast.mother)
    token, secret = issued(mother)
    operations.revoke_token(mother, token)
    assert code(ask(secret)) == (401, "token_invalid")
    with pytest.raises(Refused) as again:
        operations.revoke_token(mother, token)
    assert again.value.code == "token_revoked"
    _, short = issued(mother, expires_on=instant.today() + DAY)
    with instant.frozen_at(instant.today() + DAY):
        assert ask(short).status_code == 200, "the last day counts"
    with instant.frozen_at(instant.today() + 2 * DAY):
        assert code(ask(short)) == (401, "token_invalid")


def test_the_token_of_a_closed_account_opens_nothing(cast: Cast) -> None:
    _, secret = issued(acting(cast, cast.mother))
    operations.close_account(SYSTEM, cast.account(cast.mother))
    assert code(ask(secret)) == (401, "token_invalid")


def test_only_its_owner_and_the_security_administrator_revoke_a_token(cast: Cast) -> None:
    token, _ = issued(acting(cast, cast.mother))
    with pytest.raises(Absent):
        operations.revoke_token(acting(cast, cast.stranger), token)
    operations.revoke_token(Actor(account_id=cast.account(cast.father).id, administration="security"), token)


@pytest.mark.parametrize(
    ("title", "scopes", "days", "place"),
    [
        ("", ["cases:read"], 30, "/title"),
        ("甲" * 61, ["cases:read"], 30, "/title"),
        ("脚本", [], 30, "/scopes"),
        ("脚本", ["cases:read", "desk:read"], 30, "/scopes"),
        ("脚本", ["everything"], 30, "/scopes"),
        ("脚本", ["cases:read"], -1, "/expires_on"),
        ("脚本", ["cases:read"], 366, "/expires_on"),
    ],
)
def test_a_token_says_what_for_and_lasts_no_longer_than_the_rule(
    cast: Cast, title: str, scopes: list[str], days: int, place: str
) -> None:
    ends = instant.today() + days * DAY
    with pytest.raises(Invalid) as wrong:
        operations.issue_token(acting(cast, cast.mother), title=title, granted=scopes, expires_on=ends)
    assert [error.pointer for error in wrong.value.errors] == [place]


def test_an_officers_token_needs_the_second_factor_and_is_shorter(cast: Cast) -> None:
    officer = actors.for_staff(cast.receiver)
    with pytest.raises(Forbidden) as one_factor:
        issued(officer, "desk:read")
    assert one_factor.value.code == "second_factor_missing"
    token, secret = issued(officer, "desk:read", second_factor=True)
    assert token.expires_on == instant.today() + 90 * DAY
    assert ask(secret).json()["kind"] == "officer"
    with pytest.raises(Invalid):
        issued(officer, "cases:read", second_factor=True)


def test_a_resident_who_is_hired_does_not_bring_their_token_into_office(cast: Cast) -> None:
    account = cast.account(cast.stranger)
    _, secret = issued(actors.for_account(account))
    staff = operations.hire(SYSTEM, account=account, body=cast.police)
    operations.appoint(SYSTEM, staff, cast.station, "receiver")
    assert code(ask(secret)) == (401, "token_invalid")


def test_a_token_made_while_acting_for_a_company_stops_with_the_delegation(cast: Cast) -> None:
    delegation = delegate(cast)
    agent = actors.for_account(cast.account(cast.agent), cast.company.id)
    _, secret = issued(agent)
    assert ask(secret).json()["acting_for"] == cast.company.name
    operations.revoke_delegation(actors.for_person(cast.owner, cast.company), delegation)
    assert code(ask(secret)) == (403, "acting_not_allowed"), "it never falls back to the agent's own matters"


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_shows_a_token_once_and_lists_it_afterwards(as_mother: Client, cast: Cast) -> None:
    ends = (instant.today() + 30 * DAY).isoformat()
    made = as_mother.post("/me/tokens/", {"title": "我的脚本", "scopes": ["cases:read"], "expires_on": ends})
    secret = made.context["secret"]
    assert secret in made.content.decode() and ask(secret).status_code == 200
    listed = as_mother.get("/me/tokens/").content.decode()
    assert "我的脚本" in listed and secret not in listed and secret[-4:] in listed
    token = ApiToken.objects.get()
    as_mother.post(f"/me/tokens/{token.id}/revoke/")
    assert code(ask(secret)) == (401, "token_invalid")
    assert "已停用" in as_mother.get("/me/tokens/").content.decode()


def test_the_page_says_what_to_mend_and_keeps_what_was_typed(as_mother: Client) -> None:
    answer = as_mother.post("/me/tokens/", {"title": "我的脚本", "expires_on": "nonsense"})
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="我的脚本"' in text and "请至少选一项" in text
    assert not ApiToken.objects.exists()


def test_another_persons_token_reads_as_absent(as_mother: Client, cast: Cast) -> None:
    token, _ = issued(acting(cast, cast.father))
    assert as_mother.post(f"/me/tokens/{token.id}/revoke/").status_code == 404
    assert token.hint not in as_mother.get("/me/tokens/").content.decode()
    assert Client().get("/me/tokens/").status_code == 302


def test_an_officer_with_one_factor_reaches_no_token(client: Client, cast: Cast) -> None:
    client.force_login(cast.receiver.account)
    assert client.get("/me/tokens/").status_code == 302
    sign_in(client, cast.receiver)
    assert "看本岗位的办件" in client.get("/me/tokens/").content.decode()


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_session_reads_but_changes_nothing_without_the_proof_of_our_page(cast: Cast) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), cast.mother)
    assert client.get("/api/v1/me").status_code == 200
    body = {"event": "nothing"}
    answer = client.post("/api/v1/life-event-applications", body, content_type="application/json")
    assert code(answer) == (403, "csrf_failed")
    client.get("/me/")
    proof = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post("/api/v1/life-event-applications", body, content_type="application/json", headers=proof)
    assert code(answer)[0] == 404, "the proof is there: now it is asked what is meant"


def test_an_officers_session_with_one_factor_opens_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.receiver.account)
    assert code(client.get("/api/v1/me", headers={"Accept": "application/json"})) == (403, "second_factor_missing")


# --- asked twice -----------------------------------------------------------------------------------------------------


def take(cast: Cast, key: str = "a-key-0001", digest: str = "d", route: str = "POST /x"):
    return operations.take_key(cast.account(cast.mother).id, key, route, digest)


def test_a_key_is_taken_once_and_remembers_only_an_id(cast: Cast) -> None:
    first = take(cast)
    made = UUID(int=7)
    operations.keep_answer(first, made)
    again = take(cast)
    assert (again.done, again.reference) == (True, made)
    row = IdempotencyRecord.objects.values().get()
    assert set(row) == {"id", "account_id", "key", "route", "digest", "reference", "state", "taken_at", "expires_at"}


def test_a_key_that_is_in_use_is_refused_until_its_holder_is_dead(cast: Cast) -> None:
    first = take(cast)
    with pytest.raises(Refused) as busy:
        take(cast)
    assert busy.value.code == "in_progress"
    with instant.frozen_at(instant.now() + LEASE):
        again = take(cast)
    assert (again.done, again.reference) == (False, first.reference), "what was begun is found by its reserved id"


def test_a_key_used_for_something_else_is_refused(cast: Cast) -> None:
    operations.keep_answer(take(cast), UUID(int=7))
    for other in ({"digest": "other"}, {"route": "POST /y"}):
        with pytest.raises(Invalid) as wrong:
            take(cast, **other)
        assert wrong.value.code == "idempotency_key_reused"


def test_the_keys_of_two_accounts_never_meet(cast: Cast) -> None:
    operations.keep_answer(take(cast), UUID(int=7))
    assert not operations.take_key(cast.account(cast.father).id, "a-key-0001", "POST /x", "d").done


def test_a_refused_request_gives_its_key_back_and_a_broken_one_keeps_its_reserved_id(cast: Cast) -> None:
    first = take(cast)
    operations.release_key(first, refused=True)
    second = take(cast, digest="mended")
    assert second.reference != first.reference
    operations.release_key(second, refused=False)
    assert take(cast, digest="mended").reference == second.reference


def test_a_key_is_forgotten_after_its_time(cast: Cast) -> None:
    operations.keep_answer(take(cast), UUID(int=7))
    with instant.frozen_at(instant.now() + KEPT):
        assert not take(cast, digest="anything").done
    with instant.frozen_at(instant.now() + 3 * KEPT):
        assert operations.sweep_keys() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_requests_with_one_key_at_a_moment_one_goes_ahead() -> None:
    account = operations.open_account(SYSTEM, username="eager", hashed="!")

    def reach(_: int) -> str:
        try:
            taken = operations.take_key(account.id, "one-key-for-all", "POST /x", "d")
            return "done" if taken.done else "mine"
        except Refused as busy:
            return busy.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as eager:
        outcomes = Counter(eager.map(reach, range(8)))
    assert outcomes == {"mine": 1, "in_progress": 7}
