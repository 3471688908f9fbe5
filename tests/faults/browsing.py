"""A person at a browser: cookies, forms, and no script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.faults.installing import Answer, Installation

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ADDRESS = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"')


class Browser:
    """A browser on an installation. ``addresses`` are all that it asked for, was sent to, or was offered in a page."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.cookies: dict[str, str] = {}
        self.addresses: set[str] = set()
        self.token = ""

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self.installation.server.ask(method, path, urlencode(form) if form else None, headers)
        for line in answer.headers.get_all("Set-Cookie", ()):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.addresses |= {path, answer.headers.get("Location", "")}
        if answer.headers.get_content_type() == "text/html":
            self.addresses |= set(ADDRESS.findall(answer.text))
        return answer

    def read(self, path: str) -> Answer:
        """Open a page, and take the token of its forms."""
        page = self.ask("GET", path)
        assert page.status == 200, (path, page.status, page.text[:500])
        found = TOKEN.search(page.text)
        self.token = found[1] if found else self.token
        return page

    def press(self, path: str, **form: str) -> Answer:
        """Send the form of the page that was read last."""
        return self.ask("POST", path, {"csrfmiddlewaretoken": self.token, **form})

    def sign_in(self, name: str, password: str) -> None:
        self.read("/accounts/login/")
        answer = self.press("/accounts/login/", login=name, password=password)
        assert answer.status == 302, answer.text[:2000]
