"""Who asks is known, each request is served once, and nobody takes more than their share."""

from __future__ import annotations

import base64
import json
import time

import pytest

from xiang.hub.gateway.plane.authenticating import neighbourhood
from xiang.hub.gateway.plane.signing import canonical
from xiang.hub.gateway.tests.stage import KEY, LI, Stage, application

ASKED = json.dumps({"subject": LI, "fields": ["name"], "purpose": "service"}).encode()
PATH = "/v1/resources/people/query"


def test_a_signature_covers_method_path_query_body_time_and_nonce(stage: Stage) -> None:
    at, nonce = int(time.time()), "nonce-0001"
    good = stage.signed(PATH, ASKED, nonce, "b=2&a=1", at=at)
    assert stage.send("POST", f"{PATH}?a=1&b=2", ASKED, {"Authorization": good}).status == 200
    changed = [
        ("POST", f"{PATH}?a=1&b=3", ASKED, good),
        ("POST", PATH, ASKED, good),
        ("POST", "/v1/resources/people/verify?a=1&b=2", ASKED, good),
        ("POST", f"{PATH}?a=1&b=2", ASKED.replace(b"name", b"born"), good),
        ("POST", f"{PATH}?a=1&b=2", ASKED, good.replace("nonce-0001", "nonce-0002")),
        ("POST", f"{PATH}?a=1&b=2", ASKED, good.replace(f"time={at}", f"time={at + 1}")),
    ]
    for method, path, body, authorization in changed:
        assert stage.send(method, path, body, {"Authorization": authorization}).code == "signature_wrong", path
    assert len(stage.calls()) == 1


def test_the_canonical_request_is_what_the_documents_say() -> None:
    assert canonical("post", "/a", "b=2&a=1", b"abc", "1", "n").decode().split("\n") == [
        "POST",
        "/a",
        "a=1&b=2",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",  # GB/T 32905, the digest of "abc"
        "1",
        "n",
    ]


def test_a_request_is_served_once_even_after_a_restart(stage: Stage) -> None:
    assert stage.ask(nonce="only-once-1").status == 200
    again = stage.ask(nonce="only-once-1")
    assert (again.status, again.code) == (409, "replayed")
    stage.stop()
    stage.start()
    assert stage.ask(nonce="only-once-1").code == "replayed"
    batch = {"subjects": ["9", LI, "8"], "fields": ["name"], "purpose": "service"}
    assert stage.ask(batch, "batch", nonce="only-once-1").code == "replayed"
    assert len(stage.calls()) == 1


@pytest.mark.parametrize(("offset", "code"), [(-290, ""), (290, ""), (-400, "clock_skew"), (400, "clock_skew")])
def test_a_clock_may_be_wrong_within_the_window(stage: Stage, offset: int, code: str) -> None:
    answer = stage.ask(at=time.time() + offset)
    assert answer.code == code
    if code:
        assert abs(int(answer.said["server_time"]) - time.time()) < 60


def test_strange_keys_and_secrets_are_refused_without_a_record(stage: Stage) -> None:
    assert stage.ask(key="k-other").code == "key_unknown"
    assert stage.ask(secret=b"x" * 32).code == "signature_wrong"
    assert stage.send("POST", PATH, ASKED, {}).code == "credentials_missing"
    assert stage.send("POST", PATH, ASKED, {"Authorization": "XIANG-HMAC-SM3 rubbish"}).code == "key_unknown"
    assert stage.calls() == []


def test_a_token_is_given_for_client_credentials_and_dies_with_the_key(stage: Stage) -> None:
    form = f"grant_type=client_credentials&client_id={KEY}&client_secret={stage.secret.hex()}".encode()
    given = stage.send("POST", "/oauth/token", form, {}).said
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert stage.send("POST", PATH, ASKED, bearer).status == 200
    longer = given["access_token"].replace(".", ".9", 1)
    assert stage.send("POST", PATH, ASKED, {"Authorization": f"Bearer {longer}"}).code == "token_invalid"
    basic = base64.b64encode(f"{KEY}:{stage.secret.hex()}".encode()).decode()
    again = stage.send("POST", "/oauth/token", b"grant_type=client_credentials", {"Authorization": f"Basic {basic}"})
    assert again.status == 200
    wrong = stage.send("POST", "/oauth/token", form[:-4] + b"0000", {})
    assert (wrong.status, wrong.said["error"]) == (401, "invalid_client")
    stage.publish(("application", "hall", application()))
    stage.until(lambda: stage.send("POST", PATH, ASKED, bearer).code == "token_invalid")


def test_a_certificate_counts_only_when_a_trusted_proxy_shows_it(bare: Stage) -> None:
    shown = {"X-Client-Certificate-Digest": "AB:" * 31 + "AB"}
    bare.publish_all(proxies=["10.0.0.0/8"])
    bare.start()
    assert bare.send("POST", PATH, ASKED, shown).code == "credentials_missing"
    bare.publish_all(proxies=["127.0.0.1/32"])
    bare.until(lambda: bare.send("POST", PATH, ASKED, shown).status == 200)
    assert bare.send("POST", PATH, ASKED, {"X-Client-Certificate-Digest": "cd" * 32}).code == "certificate_unknown"


def test_an_address_has_its_share_and_a_proxy_tells_whose_it_is(bare: Stage) -> None:
    bare.publish_all(address_rate=1, proxies=["127.0.0.1/32"])
    bare.start()

    def from_address(address: str) -> str:
        headers = {"Authorization": bare.signed(PATH, ASKED), "X-Forwarded-For": address}
        return bare.send("POST", PATH, ASKED, headers).code

    first = [from_address(f"2001:db8:0:1::{n:x}") for n in range(1, 9)]
    assert "rate_limited" in first
    assert from_address("2001:db8:0:2::1") == ""


def test_an_application_has_its_share(bare: Stage) -> None:
    bare.publish_all()
    bare.publish(("application", "hall", application(keys={KEY: bare.keys.current}, rate=1)))
    bare.start()
    answers = [bare.ask() for _ in range(8)]
    limited = [one for one in answers if one.code == "rate_limited"]
    assert limited
    assert int(limited[0].headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_by_its_64(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted
