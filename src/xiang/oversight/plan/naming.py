"""The register of bodies that names in a plan are resolved against, from the records or from a profile's files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from xiang.foundation.ground import instant
from xiang.foundation.parties.models import Body
from xiang.foundation.parties.models.validity import live
from xiang.oversight.plan.engine import register
from xiang.oversight.plan.engine.register import Register

SYSTEMS = (
    "government",
    "party",
    "congress",
    "consultative",
    "supervision",
    "court",
    "procuratorate",
    "mass",
    "institution",
)


def of_records() -> Register:
    """The public bodies in force today."""
    rows = Body.objects.filter(live(instant.today()), system__in=SYSTEMS).order_by("key")
    return Register(
        register.Body(key, name, short, place or "")
        for key, name, short, place in rows.values_list("key", "name", "short", "division__name")
    )


def of_profile(folder: Path) -> Register:
    """The bodies that a profile names one by one, and those of its cities; for reading a plan without any records."""
    file = folder / "bodies.yaml"
    if not file.is_file():
        return Register()
    said: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    places = {code: name for code, name, level in _divisions(folder)}
    found = [
        register.Body(body["key"], body["name"], body.get("short", ""), places.get(body.get("division", ""), ""))
        for body in said.get("bodies", [])
        if body.get("system") != "enterprise"
    ]
    for code, name, level in _divisions(folder):
        if level == "prefecture":
            for body in said.get("prefecture_bodies", []):
                words = {"code": code, "name": name}
                found.append(
                    register.Body(
                        body["key"].format(**words), body["name"].format(**words), body["short"].format(**words), name
                    )
                )
    return Register(found)


def _divisions(folder: Path) -> list[tuple[str, str, str]]:
    with (folder / "divisions.csv").open(encoding="utf-8", newline="") as rows:
        return [(row["code"], row["name"], row["level"]) for row in csv.DictReader(rows) if not row.get("valid_to")]
