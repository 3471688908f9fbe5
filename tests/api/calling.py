"""A program that calls the API, in process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from xiang.foundation.parties import actors, operations
from xiang.foundation.parties.models import Account
from xiang.foundation.parties.rest import scopes

ROOT = "/api/v1"


def token_for(username: str, *granted: str) -> str:
    """A token of an account, in all the scopes it can have when none are named."""
    actor = actors.for_account(Account.objects.get(username=username))
    wanted = granted or [scope.key for scope in scopes.offered(office=actor.is_staff)]
    return operations.issue_token(actor, title="测试", granted=wanted, second_factor=True)[1]


@dataclass
class Caller:
    """Somebody with a token (or without one, when it is empty)."""

    token: str
    client: Client = field(default_factory=Client)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | more

    def get(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.client.get(ROOT + path, data, headers=self._headers(headers))

    def send(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> HttpResponse:
        headers |= {"Idempotency-Key": key} if key else {}
        content = json.dumps({} if body is None else body)
        return self.client.generic(
            method, ROOT + path, content, content_type="application/json", headers=self._headers(headers)
        )

    def post(self, path: str, body: Any = None, key: str = "", **headers: str) -> HttpResponse:
        return self.send("POST", path, body, key, **headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(ROOT + path, headers=self._headers({}))

    def upload(self, path: str, file: Any) -> HttpResponse:
        return self.client.post(ROOT + path, {"file": file}, headers=self._headers({}))


def caller(username: str, *granted: str) -> Caller:
    return Caller(token_for(username, *granted))


def problem(answer: HttpResponse, status: int) -> str:
    """The code of a refusal, after checking that it is one in form."""
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:500])
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert document["status"] == status and document["type"] == f"/problems/{document['code']}"
    return str(document["code"])


def ok(answer: HttpResponse, status: int = 200) -> Any:
    """The body of an answer that went well."""
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:1500])
    return json.loads(answer.content) if answer.content else None
