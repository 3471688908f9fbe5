"""The application's own records with one department, resource and grant, and the plane over them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.db import connection

from launcher import ports
from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.gateway.tests.stage import LI, SOURCE, Answer, Stage
from xiang.hub.inventory import operations as inventory
from xiang.hub.sharing import operations as sharing

BODY = "430104.hall"
VALUES = {"title": "办事大厅", "body_key": BODY, "division": "430104", "environment": "", "rate": 0, "certificates": []}
GRANT = {
    "requester": BODY, "fields": ["name"], "purposes": ["service"], "title": "办理登记", "items": ["*"],
    "basis": "《居民身份证法》第十三条", "valid_from": date(2020, 1, 1), "valid_to": None,
}  # fmt: skip


@dataclass
class Hub:
    """The application's own records, with one department, one resource and one grant."""

    folder: Path

    def grant(self, **other: Any) -> None:
        sharing.put_grant("g.people", "people", {**GRANT, **other}, SYSTEM)


@contextmanager
def furnished(folder: Path) -> Iterator[Hub]:
    """A department's database, mounted and granted."""
    sources = Path(site.DATA) / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    file = sources / "gateway_police.sqlite3"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as police:
        police.execute("CREATE TABLE persons (id_number TEXT, name TEXT, phone TEXT)")
        police.execute("INSERT INTO persons VALUES (?, '李小明', '13800138000')", [LI])
        police.commit()
    _furnish()
    made = Hub(folder)
    made.grant()
    yield made
    file.unlink()


def _furnish() -> None:
    inventory.put_system(
        "police", {"body_key": "430000.police", "title": "人口系统", "connection": "sqlite:gateway_police"}, SYSTEM
    )
    entry = {"body_key": "430000.police", "title": "人口基本信息", "format": "数据库", "cycle": "每日", "mode": "api"}
    inventory.put_entry("people", {**entry, "share": "unconditional", "grade": 4}, SYSTEM)
    items = [{"name": name, "title": name, "type": "text", "column": name} for name in ("name", "phone")]
    lookup = {"subject": "person", "scheme": "id_number", "columns": ["id_number"]}
    said = {"title": "人口基本信息", "table": "persons", "lookup_spec": lookup, "field_specs": items}
    inventory.mount("people", "people", "police", said, SYSTEM)


class Served(Stage):
    """The plane over the records of this very test."""

    def __init__(self, secret: str, key: str) -> None:
        self.data, self.servers, self.secret, self.key = Path(site.DATA), [], bytes.fromhex(secret), key
        self.port = 0

    def start(self) -> subprocess.Popen[bytes]:
        self.port = ports.next_free("127.0.0.1", 0)
        at = connection.settings_dict
        url = f"sqlite:///{at['NAME']}"
        if connection.vendor == "postgresql":
            who = at["USER"] + (f":{at['PASSWORD']}" if at["PASSWORD"] else "")
            url = f"postgres://{who}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
        environment = {**os.environ, "XIANG_DATA": str(self.data), "XIANG_DATABASE_URL": url, "PYTHONPATH": str(SOURCE)}
        line = [sys.executable, "-m", "xiang.hub.gateway.plane", "--port", str(self.port)]
        with (self.data / "plane.log").open("ab") as log:
            self.servers.append(subprocess.Popen(line, env=environment, stdout=log, stderr=log))
        self.until(lambda: self.health().get("state") not in (None, "starting"))
        return self.servers[-1]

    def call(self, subject: str = LI, fields: tuple[str, ...] = ("name",)) -> Answer:
        return self.ask({"subject": subject, "fields": list(fields), "purpose": "service"}, key=self.key)
