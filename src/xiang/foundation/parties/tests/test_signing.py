"""Signing in: name or phone, second factor for officers, lockout, rest, demonstration buttons."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from xiang.foundation.parties import operations
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.signing.session import has_second_factor
from xiang.foundation.parties.tests.cast import PASSWORD, SYSTEM, Cast, officer, sign_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def log_in(client: Client, login: str, password: str = PASSWORD, path: str = "/accounts/login/") -> object:
    return client.post(path, {"login": login, "password": password})


def signed_in_as(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return Account.objects.get(id=key).username if key else None


@pytest.mark.parametrize("login", ["mother", "MOTHER", "13900000001", "139 0000 0001"])
def test_a_resident_signs_in_by_name_or_phone(client: Client, cast: Cast, login: str) -> None:
    assert log_in(client, login).status_code == 302  # type: ignore[attr-defined]
    assert signed_in_as(client) == "mother"
    assert "13900000001" not in repr(dict(client.session.items()))


def test_a_wrong_password_says_so_in_words(client: Client, cast: Cast) -> None:
    answer = log_in(client, "mother", "wrong")
    assert "用户名（手机号）或密码不对" in answer.content.decode()  # type: ignore[attr-defined]
    assert signed_in_as(client) is None


def test_after_five_failures_even_the_right_password_waits(client: Client, cast: Cast) -> None:
    for _ in range(5):
        log_in(client, "mother", "wrong")
    answer = log_in(client, "mother")
    assert "连续输错太多次" in answer.content.decode()  # type: ignore[attr-defined]
    assert signed_in_as(client) is None
    log_in(client, "father")
    assert signed_in_as(client) == "father"


def test_a_closed_account_does_not_open(client: Client, cast: Cast) -> None:
    operations.close_account(SYSTEM, cast.account(cast.mother))
    answer = log_in(client, "mother")
    assert signed_in_as(client) is None
    assert "停用" in client.get(answer.headers["Location"]).content.decode()  # type: ignore[attr-defined]


def test_an_officer_is_asked_for_the_second_factor(client: Client, cast: Cast) -> None:
    staff = officer("曹阳", "reviewer", cast.police, cast.station, "reviewer", second_factor=True)
    answer = log_in(client, "reviewer")
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"  # type: ignore[attr-defined]
    assert signed_in_as(client) is None
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200 and signed_in_as(client) is None
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert signed_in_as(client) == "reviewer"
    assert client.get("/me/").status_code == 200
    assert SECRET not in repr(list(Authenticator.objects.filter(user=staff.account).values()))


def test_an_officer_without_one_sets_it_up_before_anything_else(client: Client, cast: Cast) -> None:
    log_in(client, "receiver")
    assert client.get("/me/").headers["Location"] == "/accounts/2fa/totp/?next=%2Fme%2F"
    page = client.get("/accounts/2fa/totp/")
    assert page.status_code == 200 and "设置验证器" in page.content.decode()
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/accounts/2fa/totp/", {"code": code(secret)})
    assert client.get(answer.headers["Location"]).status_code == 200  # the recovery codes, shown at once
    assert client.get("/me/").status_code == 200


def test_a_session_with_one_factor_opens_no_page_of_an_officer(client: Client, cast: Cast) -> None:
    client.force_login(cast.decider.account)
    assert client.get("/me/").status_code == 302
    refused = client.get("/me/", headers={"accept": "application/json"})
    assert refused.status_code == 403 and refused.json()["code"] == "second_factor_missing"
    assert "HX-Redirect" in client.get("/me/", headers={"hx-request": "true"}).headers


def test_an_officer_cannot_do_without_the_second_factor(client: Client, cast: Cast) -> None:
    staff = officer("曹阳", "reviewer", cast.police, cast.station, "reviewer", second_factor=True)
    sign_in(client, staff)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=staff.account, type="totp").exists()


def test_an_officers_session_ends_when_it_rests(client: Client, cast: Cast, settings: object) -> None:
    sign_in(client, cast.decider)
    assert client.get("/me/").status_code == 200
    session = client.session
    session["seen"] = time.time() - settings.STAFF_IDLE_SECONDS - 1  # type: ignore[attr-defined]
    session.save()
    assert client.get("/me/").headers["Location"].startswith("/accounts/login/")
    assert signed_in_as(client) is None


def test_a_residents_session_may_rest(client: Client, cast: Cast) -> None:
    sign_in(client, cast.mother)
    session = client.session
    session["seen"] = 0
    session.save()
    assert client.get("/me/").status_code == 200


def demonstration(cast: Cast) -> None:
    Account.objects.filter(username__in=["mother", "decider"]).update(demo=True)


def test_a_demonstration_button_signs_in_with_both_factors(client: Client, cast: Cast) -> None:
    demonstration(cast)
    answer = client.post("/accounts/demo/", {"username": "decider", "next": "/me/"})
    assert answer.headers["Location"] == "/me/" and client.get("/me/").status_code == 200
    request = client.get("/me/").wsgi_request
    assert has_second_factor(request)


def test_the_button_changes_over_to_another_account(client: Client, cast: Cast) -> None:
    demonstration(cast)
    client.post("/accounts/demo/", {"username": "decider"})
    client.post("/accounts/demo/", {"username": "mother", "next": "https://elsewhere.example/"})
    assert signed_in_as(client) == "mother"


def test_only_demonstration_accounts_have_a_button(client: Client, cast: Cast) -> None:
    assert client.post("/accounts/demo/", {"username": "father"}).status_code == 404
    assert client.get("/accounts/demo/").status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    assert guarded.post("/accounts/demo/", {"username": "father"}).status_code == 403


def test_outside_a_demonstration_there_is_no_button_and_no_demonstration_account(
    client: Client, cast: Cast, settings: object
) -> None:
    demonstration(cast)
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.post("/accounts/demo/", {"username": "mother"}).status_code == 404
    log_in(client, "mother")
    assert signed_in_as(client) is None
    assert "演示账号" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/help/", "/accounts/inactive/"])
def test_the_pages_before_signing_in_open(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/accounts/logout/", "/accounts/reauthenticate/", "/accounts/password/", "/accounts/2fa/", "/me/acting/"]
)
def test_the_pages_of_the_account_open(client: Client, cast: Cast, path: str) -> None:
    sign_in(client, cast.mother)
    assert client.get(path).status_code == 200


def test_a_password_is_changed(client: Client, cast: Cast) -> None:
    log_in(client, "mother")
    given = {"oldpassword": PASSWORD, "password1": "another-good-one-7", "password2": "another-good-one-7"}
    client.post("/accounts/password/", given)
    other = Client()
    log_in(other, "mother", "another-good-one-7")
    assert signed_in_as(other) == "mother"


def test_signing_out_ends_the_session(client: Client, cast: Cast) -> None:
    sign_in(client, cast.mother)
    client.post("/accounts/logout/")
    assert signed_in_as(client) is None


def test_the_configuration_screens_have_no_sign_in_of_their_own(client: Client, cast: Cast) -> None:
    answer = client.post("/config/login/", {"username": "mother", "password": PASSWORD})
    assert answer.headers["Location"].startswith("/accounts/login/") and signed_in_as(client) is None
    sign_in(client, cast.mother)
    assert client.get("/config/").status_code != 200
