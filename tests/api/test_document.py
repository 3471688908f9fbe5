"""The document of the API: whole, honest about refusals, and readable by people in a demonstration."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from xiang.foundation.parties.rest.scopes import BY_KEY

pytestmark = pytest.mark.django_db

UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    from xiang.config.api import api

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, said) for path, methods in document["paths"].items() for method, said in methods.items()]


def test_every_operation_has_a_name_of_its_own_a_sentence_and_a_tag(document: dict[str, Any]) -> None:
    said = [one for _, _, one in operations(document)]
    assert len({one["operationId"] for one in said}) == len(said)
    assert all(one["description"] and one["tags"] and re.search(r"[\u4e00-\u9fff]", one["summary"]) for one in said)


def test_every_operation_declares_its_refusals(document: dict[str, Any]) -> None:
    for path, method, said in operations(document):
        declared = set(said["responses"])
        assert {"400", "404", "405", "422", "503"} <= declared, path
        assert not said.get("security") or {"401", "403"} <= declared, path
        assert method == "get" or "409" in declared, path
        assert "requestBody" not in said or {"413", "415"} <= declared, path
        for status in declared - {"200", "201", "204"}:
            assert said["responses"][status] == {"$ref": f"#/components/responses/Problem{status}"}


def test_whatever_changes_something_asks_who_you_are(document: dict[str, Any]) -> None:
    for path, method, said in operations(document):
        assert method not in UNSAFE or said.get("security"), path
        assert set(said.get("x-scopes", ())) <= set(BY_KEY), path
        if any(scope.endswith(":read") for scope in said.get("x-scopes", ())):
            # What is sought may be an identity number: it travels in the body, not in an address that is logged.
            assert method == "get" or path.endswith("/search"), f"{path}: a scope to read opens nothing that changes"


def test_every_scope_opens_something(document: dict[str, Any]) -> None:
    used = {scope for _, _, said in operations(document) for scope in said.get("x-scopes", ())}
    assert used == set(BY_KEY)


def test_every_list_of_a_thing_that_grows_is_paged(document: dict[str, Any]) -> None:
    short = {"/api/v1/departments", "/api/v1/life-events", "/api/v1/me/data-subjects", "/api/v1/hub/bases"}
    for path, method, said in operations(document):
        if said["operationId"].startswith("list_") and method == "get" and path not in short and "{" not in path:
            assert "cursor" in {parameter["name"] for parameter in said["parameters"]}, path


def test_whoever_is_not_signed_in_is_refused_everywhere(document: dict[str, Any]) -> None:
    for path, method, said in operations(document):
        if said.get("security"):
            filled = re.sub(r"\{[^}]*\}", "x", path)
            answer = Client().generic(method.upper(), filled, "{}", content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path
            assert answer["WWW-Authenticate"].startswith("Bearer")


def test_people_read_it_in_a_demonstration_without_a_script_of_others(settings: Any) -> None:
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200 and "/api/v1/cases/{number}" in text
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    assert "cdn" not in text and "https://" not in text
    settings.DEMO = False
    assert Client().get("/api/v1/docs").status_code == 404
    assert Client().get("/api/v1/openapi.json").status_code == 200
