"""Playing through the public REST interface (``/api/v1/``), as any program could, with the demonstration's accounts.

Everybody has a session of their own. What the interface does not offer (the hub's switches, a figure's parts, a proof)
is :class:`NotOffered` here; in a temporary instance :class:`MixedPlayer` does those parts in its own process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
from django.core.wsgi import get_wsgi_application

from xiang.foundation.parties.demo import read_cast
from xiang.portal.demos.local import PAPER, LocalPlayer
from xiang.portal.demos.player import NotOffered, Shown, Turned

API = "/api/v1"
EVENTS = f"{API}/life-event-applications"
PATIENCE = 60.0


class RestPlayer:
    """Plays all the parts against a running instance."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._transport = transport
        self._sessions: dict[str, httpx.Client] = {}
        self._last: tuple[str, str] | None = None

    # --- speaking ----------------------------------------------------------------------------------------------------

    def _session(self, who: str) -> httpx.Client:
        """Somebody's session, opened at the demonstration's sign-in when first needed."""
        if who not in self._sessions:
            client = httpx.Client(base_url=self._url, transport=self._transport, timeout=PATIENCE)
            client.get("/accounts/login/")
            answer = client.post("/accounts/demo/", data={"username": who}, headers=self._headers(client))
            if answer.status_code != httpx.codes.FOUND:
                raise Turned("no_account", f"不能以演示账号“{who}”登录。")
            self._sessions[who] = client
        return self._sessions[who]

    def _headers(self, client: httpx.Client) -> dict[str, str]:
        token = client.cookies.get("csrftoken") or ""
        return {"X-CSRFToken": token, "Referer": f"{self._url}/", "Origin": self._url}

    def _ask(self, who: str, method: str, path: str, **sent: Any) -> Any:
        client = self._session(who)
        answer = client.request(method, path, headers=self._headers(client), **sent)
        if answer.is_error:
            raise _turned(answer)
        return answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else None

    # --- applying ----------------------------------------------------------------------------------------------------

    def begin(self, who: str, event: str) -> Shown:
        found = self._ask(who, "GET", EVENTS)["items"]
        known = next((row for row in found if row["key"] == event), None)
        if known is not None:
            return self._shown(self._ask(who, "GET", f"{EVENTS}/{known['id']}"))
        return self._shown(self._ask(who, "POST", EVENTS, json={"event": event}))

    def _shown(self, answer: Any) -> Shown:
        assert isinstance(answer, dict)
        return answer

    def answer(self, who: str, draft: str, answers: Mapping[str, Any]) -> Shown:
        return self._shown(self._ask(who, "PATCH", f"{EVENTS}/{draft}/answers", json={"answers": dict(answers)}))

    def hand_in(self, who: str, draft: str, material: str) -> Shown:
        file = {"file": (f"{material}.pdf", PAPER, "application/pdf")}
        return self._shown(self._ask(who, "POST", f"{EVENTS}/{draft}/papers/{material}/file", files=file))

    def refill(self, who: str, draft: str) -> Shown:
        return self._shown(self._ask(who, "POST", f"{EVENTS}/{draft}/refill"))

    def ask_other(self, who: str, draft: str, name: str = "", phone: str = "") -> None:
        self._ask(who, "POST", f"{EVENTS}/{draft}/other-party", json={"name": name, "phone": phone})

    def confirm(self, who: str) -> Shown:
        rows = self._ask(who, "GET", f"{API}/confirmations")["items"]
        asked = next((row for row in rows if row["state"] == "asked"), None)
        if asked is None:
            raise Turned("absent", "没有要确认的事。")
        self._ask(who, "POST", f"{API}/confirmations/{asked['id']}/confirm", json={"seal": asked["seal"]})
        return {"name": asked["shown"].get("child.name", ""), "state": "agreed"}

    def submit(self, who: str, draft: str) -> Shown:
        case = self._shown(self._ask(who, "POST", f"{EVENTS}/{draft}/submit"))
        self._last = (who, case["number"])
        return case

    # --- handling ----------------------------------------------------------------------------------------------------

    def case(self, who: str, number: str) -> Shown:
        return self._shown(self._ask(who, "GET", f"{API}/cases/{number}"))

    def officer(self, number: str, role: str) -> str:
        """An officer of the demonstration with this role who sees the case on their desk."""
        for account in read_cast().accounts:
            if any(role in post.roles for post in account.posts):
                try:
                    self._ask(account.username, "GET", f"{API}/cases/{number}/transitions")
                except Turned:
                    continue
                return account.username
        raise Turned("no_officer", f"没有演示用的“{role}”岗位能办这一件。")

    def step(self, who: str, number: str, name: str, data: Mapping[str, Any] | None = None) -> Shown:
        sent = {"data": dict(data or {})}
        return self._shown(self._ask(who, "POST", f"{API}/cases/{number}/transitions/{name}", json=sent))

    def work(self) -> None:
        """Wait until the instance's worker has done what was due: the matter has changed and changes no more, or nothing
        came of the step for a while (a first document takes some seconds)."""
        if self._last is None:
            return
        until, before, quiet = time.monotonic() + PATIENCE, self._state(), 0
        seen = before
        while quiet < (3 if seen != before else 15) and time.monotonic() < until:
            time.sleep(0.7)
            now = self._state()
            quiet = quiet + 1 if now == seen else 0
            seen = now

    def _state(self) -> list[Any]:
        assert self._last is not None
        whole = self.case(*self._last)
        return [whole["version"], *[(c["state"], c["version"]) for c in whole["children"]]]

    # --- afterwards --------------------------------------------------------------------------------------------------

    def pay(self, who: str, number: str) -> Shown:
        """Pay on the page of the demonstration's institution, as a person does."""
        rows = self._ask(who, "GET", f"{API}/payments")["items"]
        order = next(row for row in rows if row["case"] == number)
        page = self._ask(who, "POST", f"{API}/payments/{order['id']}/begin")["url"]
        client = self._session(who)
        client.get(page)
        client.post(page, data={"pay": "1"}, headers=self._headers(client))
        return self._shown(self._ask(who, "GET", f"{API}/payments/{order['id']}"))

    def credentials(self, who: str) -> list[Shown]:
        return list(self._ask(who, "GET", f"{API}/credentials")["items"])

    def rate(self, who: str, number: str, level: str, text: str) -> None:
        self._ask(who, "POST", f"{API}/cases/{number}/rating", json={"level": level, "text": text})

    def receipt(self, who: str, number: str) -> Shown:
        return self._shown(self._ask(who, "GET", f"{API}/cases/{number}/receipt"))

    def uses(self, who: str) -> list[Shown]:
        return list(self._ask(who, "GET", f"{API}/me/data-uses", params={"limit": 100})["items"])

    # --- data and proof ----------------------------------------------------------------------------------------------

    def dispute(self, who: str, draft: str, field: str, claim: str, evidence: str) -> Shown:
        sent = {"field": field, "claim": claim, "evidence": evidence}
        return self._shown(self._ask(who, "POST", f"{EVENTS}/{draft}/disputes", json=sent))

    def refusals(self, who: str) -> list[Shown]:
        raise NotOffered("refusals")

    def disputes_to_check(self, who: str) -> list[Shown]:
        raise NotOffered("disputes_to_check")

    def answer_dispute(self, who: str, dispute: str, *, corrected: bool, answer: str) -> None:
        raise NotOffered("answer_dispute")

    def look_up(self, who: str, person: str, resource: str, fields: Sequence[str], number: str = "") -> Shown:
        raise NotOffered("look_up")

    def unplug(self, who: str, system: str) -> None:
        raise NotOffered("unplug")

    def plug_in(self, who: str, system: str) -> None:
        raise NotOffered("plug_in")

    def figure(self, key: str) -> Shown:
        raise NotOffered("figure")

    def traced(self, key: str) -> list[Shown]:
        raise NotOffered("traced")

    def proof(self, who: str, number: str, kind: str) -> Shown:
        raise NotOffered("proof")

    def keys(self) -> list[Shown]:
        raise NotOffered("keys")


def _turned(answer: httpx.Response) -> Turned:
    """A problem document as stories take it."""
    try:
        said = answer.json()
    except ValueError:
        return Turned(f"http_{answer.status_code}", answer.reason_phrase)
    return Turned(said.get("code", ""), said.get("detail", ""), said.get("errors", ()))


class MixedPlayer(RestPlayer):
    """REST wherever it goes, over WSGI in this process; the rest, and the worker, here too."""

    def __init__(self) -> None:
        super().__init__("http://localhost", httpx.WSGITransport(app=get_wsgi_application()))
        here = LocalPlayer()
        for name in ("work", "refusals", "disputes_to_check", "answer_dispute", "look_up", "unplug", "plug_in", "figure",
                     "traced", "proof", "keys"):  # fmt: skip
            self._take(name, getattr(here, name))

    def _take(self, name: str, method: Callable[..., Any]) -> None:
        setattr(self, name, method)
