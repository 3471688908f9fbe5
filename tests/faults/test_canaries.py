"""A birth from its first page to its last document; afterwards no identity number, no telephone number and no child's
name stands in clear where it must not.

Everything that is kept is looked through: every column of every table, every file of the data folder, the logs, and the
addresses that a browser asked for and was offered. What may hold a value is said below, each with its reason; everything
else may not.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.core import signing
from django.core.cache.backends.filebased import FileBasedCache

from tests.faults.browsing import Browser
from tests.faults.installing import TOLD, Installation, copy, once_a_run

pytestmark = pytest.mark.records

NAME = "the child's name"
COLUMNS = {
    "parties_party.name": "the register of parties: who the child is",
    "cases_case.title": "what a case is called in the lists of its parents and of the offices that handle it",
    "payments_order.about": "what the payer reads that they pay for; the payment institution is not told",
    "documents_storedfile.name": "what a sealed credential is called when its holder downloads it",
    "notices_notice.body": "what the parents were told",
    "notices_demomessage.text": "the telephones of the demonstration: it stands for systems outside",
}
"""Columns that may hold the child's name, and why. None may hold a number: those of cases, drafts, parties, credentials
and documents are sealed."""
WATCHED = (
    "ledger_entry",
    "ledger_datause",
    "ledger_payload",
    "outbox_event",
    "outbox_delivery",
    "django_session",
    "cases_case",
    "cases_caseevent",
    "forms_draft",
    "credentials_showing",
    "documents_document",
)
"""Tables that the birth must have filled, lest nothing is found because nothing was there."""
SOURCES = "sources"
"""The departments' own databases stand for systems outside, and may hold everything."""
RECORDS = "records.sqlite3"
"""On SQLite: it holds the name, in the columns above, and no number, not even where something was erased."""
ENCODED = re.compile(rb"[A-Za-z0-9_+/-]{24,}={0,2}")


@dataclass(frozen=True)
class Canary:
    """A value to look for, in the forms in which it might be written."""

    what: str
    value: str
    forms: tuple[bytes, ...]

    @classmethod
    def of(cls, what: str, value: str) -> Canary:
        escaped = json.dumps(value)[1:-1]
        written = (value, escaped, escaped.upper().replace("\\U", "\\u"), quote(value), quote(value).lower())
        return cls(what, value, tuple({each.encode() for each in written} | {value.encode("utf-16-le")}))

    def is_in(self, text: bytes) -> bool:
        return any(form in text for form in self.forms)


@dataclass(frozen=True)
class Played:
    """A birth that is over, and what is looked for."""

    installation: Installation
    canaries: tuple[Canary, ...]
    addresses: frozenset[str]
    found: frozenset[str]

    def seen_in(self, text: bytes) -> set[str]:
        readings = list(read(text))
        return {canary.what for canary in self.canaries if any(canary.is_in(reading) for reading in readings)}


def read(text: bytes) -> Iterator[bytes]:
    """A text, and what it says when it is unpacked: sessions and caches are compressed, or in base64, or both."""
    yield text
    yield from _inflated(text)
    for found in ENCODED.findall(text):
        with suppress(binascii.Error, ValueError):
            plain = base64.urlsafe_b64decode(found.replace(b"+", b"-").replace(b"/", b"_") + b"=" * (-len(found) % 4))
            yield plain
            yield from _inflated(plain)


def _inflated(text: bytes) -> Iterator[bytes]:
    # A pickled cache begins with when it expires; then comes what zlib made.
    for start in {0, max(text.find(b"\x78\x9c"), 0)}:
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(text[start:])


@pytest.fixture(scope="session")
def played(source: Installation, shared: tuple[Path, str]) -> Iterator[Played]:
    folder, me = shared

    def fill(made: Installation) -> None:
        copy(source, made)
        play(made)

    with once_a_run(folder / "played", me, fill) as made:
        told = made.told
        values = {
            f"the {who}'s {what}": value for who, known in told["numbers"].items() for what, value in known.items()
        }
        assert len(values) == 5
        canaries = tuple(Canary.of(what, value) for what, value in {NAME: told["child"], **values}.items())
        yield Played(made, canaries, frozenset(told["addresses"]), frozenset(told["found"]))


def play(made: Installation) -> None:
    """The parents at their browsers, and in between everybody else."""
    told, numbers = made.told, made.told["numbers"]
    mother, father = Browser(made), Browser(made)
    mother.read("/accounts/login/")
    refused = mother.press("/accounts/login/", login=numbers["mother"]["phone"], password="not hers")
    assert refused.status == 200
    mother.sign_in(numbers["mother"]["phone"], told["password"])
    form = f"/life-events/drafts/{told['drafts'][0]}/"
    mother.read(form)
    assert mother.press(form, **{"child.name": "", "do": ""}).status == 422
    assert mother.press(form, **{"child.name": told["child"]}).headers["Location"] == f"{form}review/"
    mother.read(f"{form}review/")
    case = mother.press(f"{form}review/").headers["Location"]
    (made.logs / TOLD).write_text(json.dumps(told | {"draft": told["drafts"][0]}))
    made.run("tests.faults.whole_birth", str(made.logs / TOLD))
    father.sign_in(numbers["father"]["phone"], told["password"])
    for browser in (mother, father):
        for page in ("/", "/me/", "/cases/", case, "/messages/", "/credentials/", "/data-use/", "/payments/"):
            browser.read(page)
        for page in [a for a in browser.addresses if re.match(r"/(cases|credentials|messages)/[^/]+/$", a)]:
            browser.ask("GET", page)
    told = made.told
    seen = {"addresses": sorted(mother.addresses | father.addresses), "found": search(made)}
    (made.logs / TOLD).write_text(json.dumps(told | seen))


def search(made: Installation) -> list[str]:
    """Where somebody who looks for a person is led. The index is compressed: it must be asked."""
    asked = [made.told["child"], *(value for known in made.told["numbers"].values() for value in known.values())]
    pages = [made.server.ask("GET", f"/search/?q={quote(value)}") for value in asked]
    assert {page.status for page in pages} == {200}
    return [
        address for page in pages for address in re.findall(r'href="(/(?:cases|parties|credentials)/[^"]+)"', page.text)
    ]


def values(installation: Installation) -> Iterator[tuple[str, bytes]]:
    """Every value of every column, with the name of the column."""
    for table in installation.tables():
        for name, cells in installation.columns(table).items():
            for value in {_bytes(cell) for cell in cells}:
                yield f"{table}.{name}", value


def _bytes(value: Any) -> bytes:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)).encode()


def test_no_table_holds_a_number_and_only_those_that_show_it_hold_the_name(played: Played):
    sizes = played.installation.sizes()
    assert [table for table in WATCHED if not sizes[table]] == []
    found: dict[str, set[str]] = {}
    for column, value in values(played.installation):
        if seen := played.seen_in(value):
            found.setdefault(column, set()).update(seen)
    assert found == {column: {NAME} for column in COLUMNS}


def test_nothing_is_said_in_the_logs(played: Played):
    logs = sorted(played.installation.logs.glob("*.log"))
    assert {log.name for log in logs} >= {"web.log", "whole_birth.log"}
    assert {log.name: played.seen_in(log.read_bytes()) for log in logs} == {log.name: set() for log in logs}


def test_no_file_of_the_data_folder_holds_any_of_it(played: Played):
    data = played.installation.data
    by_folder: dict[str, set[str]] = {}
    for file in data.rglob("*"):
        if file.is_file():
            by_folder.setdefault(file.relative_to(data).parts[0], set()).update(played.seen_in(file.read_bytes()))
    assert by_folder.keys() >= {"files", "search", "cache", "secrets"}
    assert "the mother's id_number" in by_folder.pop(SOURCES), "what is there is found"
    records = {name: by_folder.pop(name) for name in list(by_folder) if name.startswith(RECORDS)}
    assert set().union(*records.values()) <= {NAME}
    assert {name: seen for name, seen in by_folder.items() if seen} == {}


def test_a_search_finds_nobody(played: Played):
    assert played.found == frozenset()


def test_no_address_tells_any_of_it(played: Played):
    assert len(played.addresses) > 30
    telling = {address for address in played.addresses if played.seen_in(unquote_to_bytes(address))}
    assert telling == set()


def test_what_is_packed_is_looked_into(tmp_path: Path):
    canary = Canary.of("a number", "43999019960319002X")
    session = signing.dumps({"who": canary.value, "more": "-" * 200}, compress=True)
    cache = FileBasedCache(str(tmp_path), {})
    cache.set("guesses", [canary.value])
    (kept,) = tmp_path.iterdir()
    for packed in (session.encode(), kept.read_bytes(), json.dumps({"a": canary.value}).encode()):
        assert any(canary.is_in(reading) for reading in read(packed))
    assert not any(canary.is_in(reading) for reading in read(b"4399901996031900"))
