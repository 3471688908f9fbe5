"""Refusals in words, preferences, headers: through the public addresses."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused, Unavailable
from xiang.foundation.pages import http, navigation
from xiang.foundation.pages.checks import navigation_leads_somewhere
from xiang.foundation.pages.components import IdentityView

HTML = {"Accept": "text/html"}


def ask(path="/cases/1/", **headers):
    request = RequestFactory().get(path, headers=headers or HTML)
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Absent(), 404, "网址不对，或者这件事不是您的"),
        (Refused("already_submitted", "今天 09:14 已收到，编号 0921-00417。"), 409, "0921-00417"),
        (Forbidden("not_your_step", "这一步要由审查人来做。"), 403, "审查人"),
        (Unavailable("source_down", "医保系统 10:02 起连不上。"), 503, "10:02"),
        (Invalid([FieldError("/child/name", "name_missing", "孩子的姓名还没有填。")]), 422, "还没有填"),
    ],
)
def test_a_refusal_is_a_page_in_words(error, status, words):
    answer = http.problem_response(ask(), error)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_absent_and_forbidden_to_see_read_alike():
    assert "网址不对，或者这件事不是您的" in Client().get("/no/such/page/").content.decode()


def test_an_api_gets_a_problem_document_with_its_code():
    answer = http.problem_response(ask("/api/cases/", Accept="*/*"), Invalid([FieldError("/a", "missing", "没有填。")]))
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert document["code"] == "invalid" and document["status"] == 422
    assert document["errors"] == [{"pointer": "/a", "code": "missing", "detail": "没有填。"}]
    assert document["type"] == "/problems/invalid"


def test_a_program_that_asks_for_json_gets_json_anywhere():
    assert not http.accepts_html(ask(Accept="application/json"))
    assert http.accepts_html(ask(Accept="text/html,application/xhtml+xml"))


def test_an_htmx_request_gets_a_note_at_the_top_of_the_page():
    answer = http.problem_response(ask(**{"HX-Request": "true", "Accept": "*/*"}), Refused("x", "现在不能这样办。"))
    assert answer["HX-Retarget"] == "#problem"
    assert "<html" not in answer.content.decode()


def test_the_middleware_leaves_other_exceptions_alone():
    middleware = http.ProblemMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(ask(), ValueError()) is None
    assert middleware.process_exception(ask(), Absent()).status_code == 404


def test_scripts_come_only_from_files_and_styles_only_from_files_and_attributes():
    policy = Client().get("/gallery/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_nonce_is_in_the_header_only_when_a_template_named_it():
    request = ask()

    def answer(request):
        return HttpResponse(request.csp_nonce())

    given = http.SecurityHeadersMiddleware(answer)(request)
    assert f"'nonce-{given.content.decode()}'" in given["Content-Security-Policy"]
    assert "nonce" not in http.SecurityHeadersMiddleware(lambda r: HttpResponse())(ask())["Content-Security-Policy"]


def test_pages_of_somebody_signed_in_are_never_kept():
    class SignedIn:
        is_authenticated = True

    request = ask()
    request.user = SignedIn()
    assert http.SecurityHeadersMiddleware(lambda r: HttpResponse())(request)["Cache-Control"] == "no-store"
    assert "Cache-Control" not in http.SecurityHeadersMiddleware(lambda r: HttpResponse())(ask()).headers


# --- preferences -----------------------------------------------------------------------------------------------------


def test_theme_and_elder_mode_are_kept_without_script():
    client = Client()
    answer = client.post("/preferences/", {"theme": "dark", "elder": "1", "next": "/gallery/"})
    assert answer.status_code == 302 and answer["Location"] == "/gallery/"
    html = client.get("/gallery/").content.decode()
    assert 'data-bs-theme="dark"' in html
    assert 'class="x-elder ' in html
    client.post("/preferences/", {"elder": "0"})
    html = client.get("/gallery/").content.decode()
    assert 'data-bs-theme="dark"' in html
    assert 'class="x-elder ' not in html


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_preference_never_leads_to_another_site(address):
    assert Client().post("/preferences/", {"theme": "dark", "next": address})["Location"] == "/"


def test_a_preference_needs_the_token_of_the_page():
    assert Client(enforce_csrf_checks=True).post("/preferences/", {"theme": "dark"}).status_code == 403


@pytest.mark.parametrize("value", ["pink", "", "<x>"])
def test_an_unknown_theme_reads_as_automatic(value):
    client = Client()
    client.cookies["x-theme"] = value
    assert 'data-bs-theme="auto"' in client.get("/gallery/").content.decode()


# --- shell -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/about/accessibility/", "/about/privacy/", "/about/stuck/"])
def test_what_every_foot_links_to_opens(path):
    html = Client().get(path).content.decode()
    assert 'lang="zh-CN"' in html
    assert 'href="#main"' in html and 'id="main"' in html
    assert "12345" in html


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_invented_people_are_said_to_be_invented_only_in_a_demonstration(demo, shown):
    with override_settings(DEMO=demo):
        assert ("演示数据，人物与办件均为虚构。" in Client().get("/about/privacy/").content.decode()) is shown


def test_no_page_holds_an_inline_script_or_handler():
    for part in ("", "home/", "form/", "progress/", "desk/", "case/", "board/"):
        html = Client().get(f"/gallery/{part}").content.decode()
        assert "<script>" not in html and "onclick=" not in html and "javascript:" not in html


@pytest.fixture
def registries():
    """Registries as they were, after the test."""
    kept = {audience: dict(items) for audience, items in navigation._items.items()}
    counters, identity = dict(navigation._counters), list(navigation._identity)
    yield
    for audience, items in kept.items():
        navigation._items[audience].clear()
        navigation._items[audience].update(items)
    navigation._counters.clear()
    navigation._counters.update(counters)
    navigation._identity[:] = identity


def test_navigation_shows_what_may_be_seen_in_order_with_its_count(registries):
    navigation.register("audit", "b", "乙", "pages:stuck", "b", 20, counter="waiting")
    navigation.register("audit", "a", "甲", "pages:privacy", "a", 10)
    navigation.register("audit", "c", "丙", "pages:privacy", "c", 5, lambda request: False)
    asked = []
    navigation.counter("waiting", lambda request: asked.append(1) or 3)
    request = ask()
    shown = navigation.items(request, "audit", "b")
    navigation.items(request, "audit")
    assert [(item.key, item.count, item.current) for item in shown] == [("a", 0, False), ("b", 3, True)]
    assert len(asked) == 1


def test_an_item_that_leads_nowhere_is_left_out_and_reported(registries):
    navigation.register("audit", "gone", "没有", "no:such", "x", 1)
    assert navigation.items(ask(), "audit") == []
    assert any("audit/gone" in found.msg for found in navigation_leads_somewhere(None))


def test_the_shell_names_who_is_signed_in(registries):
    navigation.register("resident", "me", "我的", "pages:privacy", "user", 90, tab="我的")
    navigation.identify(lambda request: IdentityView("林示例", place="长沙·岳麓", on_behalf="您在替 苏示例 办理"))
    html = Client().get("/about/privacy/").content.decode()
    assert "林示例" in html and "长沙·岳麓" in html and "您在替 苏示例 办理" in html
    assert "登录</span>" not in html


# --- configuration screens -------------------------------------------------------------------------------------------


def test_the_configuration_screens_have_no_sign_in_of_their_own():
    answer = Client().get("/config/", follow=False)
    assert answer.status_code == 302 and answer["Location"].startswith("/config/login/")
    answer = Client().get(answer["Location"])
    assert answer.status_code == 302 and "/accounts/" in answer["Location"] and "config" in answer["Location"]
    assert Client().post("/config/login/", {"username": "a", "password": "b"}).status_code == 302
