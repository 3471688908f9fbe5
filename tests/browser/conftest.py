"""What every browser journey uses: one Chromium a session, a live server with real static files, axe, pictures.

    @pytest.mark.browser
    def test_the_home_page_reads_well(open_page, axe, screenshot):
        page = open_page("/", size="phone", theme="dark")
        axe(page)
        screenshot(page, "home")

Without Chromium the tests are skipped with a reason; with ``CI=true`` that is an error.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.testcases import LiveServerThread
from django.test.utils import modify_settings

from tests.browser.province import _kept, _sources, hunan, signed_in  # noqa: F401 - fixtures for every journey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"small": (320, 640), "phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# Playwright's synchronous interface runs an event loop, in which Django would refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def _chromium() -> str | None:
    named = os.environ.get("XIANG_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole run; each test opens a context of its own."""
    path = _chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine: install it, or set XIANG_CHROMIUM")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=60_000)
        yield running
        running.close()


@pytest.fixture(scope="session")
def static_files() -> Path:
    """The static files as production serves them: cut, hashed, compressed."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return Path(settings.STATIC_ROOT)


@dataclass
class Live:
    """A running server. ``live / "path"`` is an address on it."""

    url: str

    def __truediv__(self, path: str) -> str:
        return f"{self.url}/{path.lstrip('/')}"

    def __str__(self) -> str:
        return self.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Journeys on SQLite use a file: a browser asks several things at once, and each thread needs its own connection.

    It holds when the browser tests are a run of their own, as in CI; in a mixed run the memory database is shared.
    """
    kept = settings.DATABASES["default"]
    if kept["ENGINE"].endswith("sqlite3"):
        kept.setdefault("TEST", {})["NAME"] = str(settings.DATA / "journeys.sqlite3")
        connections["default"].settings_dict["TEST"]["NAME"] = kept["TEST"]["NAME"]


@pytest.fixture
def live(static_files: Path, transactional_db: None) -> Iterator[Live]:
    """The whole application on a port of the machine's choice; what a test writes is seen by the server."""
    shared = {}
    for connection in connections.all():
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            # Never taken back: a thread of the server may still be closing when the next test runs.
            connection.inc_thread_sharing()
            shared[connection.alias] = connection
    with modify_settings(ALLOWED_HOSTS={"append": "127.0.0.1"}):
        # The application serves its own static files, as in production: no handler of the test server in between.
        server = LiveServerThread("127.0.0.1", lambda application: application, connections_override=shared)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield Live(f"http://127.0.0.1:{server.port}")
        server.terminate()


@dataclass
class Noticed:
    """What a page complained about; a test that opens pages fails when there is any of it."""

    lines: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        # That a form was sent back with what is missing is an answer, not an error.
        page.on(
            "console",
            lambda m: (
                self.lines.append(f"console: {m.text}") if m.type == "error" and "status of 422" not in m.text else None
            ),
        )
        page.on("pageerror", lambda e: self.lines.append(f"script: {e}"))


@pytest.fixture
def noticed() -> Iterator[Noticed]:
    """Errors of the console and of scripts, a breach of the content security policy among them."""
    seen = Noticed()
    yield seen
    assert not seen.lines, "\n".join(seen.lines)


@pytest.fixture
def open_page(browser: Browser, live: Live, noticed: Noticed) -> Iterator[Callable[..., Page]]:
    """``open_page(path, size="phone", theme="auto", elder=False, scripts=True, cookies=())`` in a fresh context."""
    contexts: list[Any] = []

    def opened(
        path: str = "/",
        *,
        size: str = "desktop",
        theme: str = "light",
        elder: bool = False,
        scripts: bool = True,
        scheme: str = "light",
        cookies: tuple[dict[str, Any], ...] = (),
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if width < 500 else 1,
            java_script_enabled=scripts,
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            bypass_csp=False,
        )
        contexts.append(context)
        chosen = [{"name": "x-theme", "value": theme, "url": str(live)}]
        if elder:
            chosen.append({"name": "x-elder", "value": "1", "url": str(live)})
        context.add_cookies([*chosen, *cookies])
        page: Page = context.new_page()
        noticed.watch(page)
        page.goto(live / path, wait_until="load", timeout=60_000)
        page.evaluate("document.fonts.ready") if scripts else None
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[..., None]:
    """``axe(page)``: no breach of WCAG 2.1 A and AA; each one is named with the elements that show it."""

    def checked(page: Page, *, leave: tuple[str, ...] = ()) -> None:
        # In the page's isolated evaluation, not as a script element: the policy forbids those.
        page.evaluate(AXE.read_text())
        answer = page.evaluate(
            """([tags, leave]) => axe.run(document, {
                runOnly: {type: "tag", values: tags},
                rules: Object.fromEntries(leave.map((id) => [id, {enabled: false}])),
            })""",
            [STANDARD, list(leave)],
        )
        breaches = [
            f"{one['id']}: {one['help']}\n"
            + "\n".join(f"    {n['html'][:160]}  {n['failureSummary']}" for n in one["nodes"][:4])
            for one in answer["violations"]
        ]
        assert not breaches, f"{page.url}\n" + "\n".join(breaches)

    return checked


@pytest.fixture
def no_sideways() -> Callable[[Page], None]:
    """``no_sideways(page)``: the page does not scroll sideways at its width."""

    def checked(page: Page) -> None:
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], f"{page.url}: {wide[0]} px of content in {wide[1]} px; {_widest(page)}"

    return checked


def _widest(page: Page) -> Any:
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right >
        document.documentElement.clientWidth + 1 && getComputedStyle(e).position !== "fixed").slice(0, 6)
        .map((e) => e.outerHTML.slice(0, 120))"""
    )


@pytest.fixture
def targets() -> Callable[..., None]:
    """``targets(page, 44)``: every control is that high and wide, links inside a sentence excepted (WCAG 2.5.5)."""

    def checked(page: Page, least: int = 44) -> None:
        small = page.evaluate(
            """(least) => [...document.querySelectorAll(
                "a[href],button,select,summary,textarea,label:has(input[type=radio]),label:has(input[type=checkbox])," +
                "input:not([type=hidden],[type=radio],[type=checkbox],[type=file])")]
              .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden,.x-skip"))
              .filter((e) => !(e.matches("a:not(.x-rows>a)")
                && e.closest("p,dd,li>span,.g,.x-note,.x-clock,td,h3,small")))
              .filter((e) => !e.matches("select") || !e.closest("label"))
              .map((e) => [e, e.getBoundingClientRect()])
              .filter(([e, r]) => r.width > 0 && (r.height < least - 0.5 || r.width < least - 0.5))
              .map(([e, r]) => `${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 110)}`)""",
            least,
        )
        assert not small, f"{page.url}: smaller than {least} px\n" + "\n".join(small)

    return checked


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures go: ``$XIANG_SCREENSHOTS``, or a temporary folder whose name is printed."""
    named = os.environ.get("XIANG_SCREENSHOTS")
    folder = Path(named) if named else Path(tempfile.mkdtemp(prefix="xiang-pictures-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not named:
        sys.stderr.write(f"pictures in {folder}\n")
    return folder


@pytest.fixture
def screenshot(pictures: Path) -> Callable[..., Path]:
    """``screenshot(page, "home")``: the whole page as PNG, named by width and theme as well."""

    def taken(page: Page, name: str, *, full: bool = True) -> Path:
        width = (page.viewport_size or {}).get("width", 0)
        size = next((key for key, value in SIZES.items() if value[0] == width), str(width))
        theme = page.evaluate(
            "(document.documentElement.dataset.bsTheme || 'plain')"
            " + (document.body.classList.contains('x-elder') ? '-elder' : '')"
        )
        file = pictures / f"{name}-{size}-{theme}.png"
        tall = page.evaluate("document.documentElement.scrollHeight")
        height = (page.viewport_size or {}).get("height", 0)
        if full and tall > height:
            # A tall window instead of a stitched picture: fixed bars stay at the bottom, where people see them.
            page.set_viewport_size({"width": width, "height": tall})
        page.screenshot(path=file)
        if full and tall > height:
            page.set_viewport_size({"width": width, "height": height})
        return file

    return taken
