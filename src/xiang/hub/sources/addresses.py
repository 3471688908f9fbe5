"""Names and addresses: what somebody writes down of a place, and where that is.

``env:XIANG_SOURCE_430000_POLICE__PERSONS`` names an environment variable that holds the address with its credentials;
``sqlite:430000.police__persons`` and ``file:430000.police__persons.csv`` a file of the folder ``sources`` in the data
folder; ``kept:430000.police__persons`` a connection that the hub's operators entered on a page (:mod:`.operations`).
Whatever stands before the two underscores is the body that it was set up for: its stewards may use the name, nobody
else's. Names without a body (``sqlite:police``) are given by the profile and by the hub.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings

from xiang.hub.sources import queries
from xiang.hub.sources.found import Unreachable

NAME = re.compile(r"env:XIANG_SOURCE_[A-Z0-9_]{1,100}|(?:sqlite|file|kept):(?!.*\.\.)[\w.-][\w. -]{0,150}")
_PREFIX = "env:XIANG_SOURCE_"
_APART = "__"
_ENGINES = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "http": "http",
    "https": "http",
}
_FILES = {".csv": "csvfile", ".tsv": "csvfile", ".txt": "csvfile", ".xlsx": "excel", ".parquet": "parquet"}
_SQLITE = {".sqlite3", ".sqlite", ".db"}


def owner_of(name: str) -> str:
    """The body that a name was set up for, as it is written there; empty when no body is named."""
    kind, _, rest = name.partition(":")
    if kind == "env":
        rest = name.removeprefix(_PREFIX)
    body, apart, own = rest.partition(_APART)
    return body if apart and own else ""


def belongs(name: str, body_key: str) -> bool:
    """Whether a name was set up for this body. What cannot be told apart belongs to nobody: see :func:`in_environment`."""
    owner = owner_of(name)
    if not owner or _APART in in_environment(body_key):
        return False
    return owner == (in_environment(body_key) if name.startswith(_PREFIX) else body_key)


def title_of(file: Path) -> str:
    """What a file is called as a table: its own name, without the body that it was set up for."""
    return file.stem.partition(_APART)[2] or file.stem


def in_environment(body_key: str) -> str:
    """A body's key as the name of a variable writes it: ``430000.police`` is ``430000_POLICE``. Two bodies may be written
    alike; whoever asks :func:`belongs` looks for that among the bodies there are."""
    return re.sub(r"[^A-Za-z0-9]", "_", body_key).upper()


def address_of(connection: str) -> str:
    """The address with its credentials: a kept connection's, an environment variable's, or a file of the sources folder."""
    scheme, _, rest = connection.partition(":")
    if scheme in ("env", "kept"):
        address = os.environ.get(rest, "") if scheme == "env" else queries.address_of(connection)
        if not address:
            raise Unreachable("not_configured")
        return address
    if scheme == "sqlite":
        return f"sqlite:{_source(f'{rest}.sqlite3')}"
    if scheme == "file":
        return str(_source(rest))
    return connection


def _source(name: str) -> Path:
    """A file of the sources folder; a profile or a form never names one outside it."""
    folder = (settings.DATA / "sources").resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise Unreachable("no_file")
    return path


def engine_of(address: str) -> str:
    """Which module reads this address; raises ``Unreachable('no_engine')``."""
    scheme, colon, _ = address.partition(":")
    if colon and scheme in _ENGINES:
        return _ENGINES[scheme]
    suffix = Path(address).suffix.lower()
    if suffix in _SQLITE:
        return "sqlite"
    if suffix not in _FILES:
        raise Unreachable("no_engine")
    return _FILES[suffix]


def existing(address: str) -> Path:
    """The file of an address; raises ``Unreachable('no_file')``."""
    path = Path(address.removeprefix("sqlite:"))
    if not path.is_file():
        raise Unreachable("no_file")
    return path
