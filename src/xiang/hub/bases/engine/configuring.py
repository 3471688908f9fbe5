"""What a linkage job is told: which kind, which columns mean what, which value survives, how sure one has to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.bases.engine import scoring
from xiang.hub.bases.engine.kinds import KINDS, Kind
from xiang.hub.bases.engine.scoring import Model
from xiang.hub.bases.engine.surviving import RULES, Rule


@dataclass(frozen=True, slots=True)
class Mapped:
    """One table: what it is called, its columns by raw field, its key, when a row was true; rank 1 is believed first."""

    label: str
    rank: int
    fields: Mapping[str, str]
    key: str = ""
    updated: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A linkage job."""

    kind: Kind
    tables: tuple[Mapped, ...]
    model: Model
    rules: Mapping[str, Rule]

    def table(self, place: int) -> Mapped:
        """How the table at this place of the command line is read; one mapping serves all when there is one."""
        if len(self.tables) == 1:
            return replace(self.tables[0], label=self.tables[0].label or f"t{place + 1}")
        return self.tables[place]


def read(path: Path) -> Config:
    """The configuration in a YAML or JSON file. ``Invalid`` says at which place what is wrong."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = path.read_text(encoding="utf-8")
    try:
        said = json.loads(text) if path.suffix == ".json" else YAML(typ="safe", pure=True).load(text)
    except (ValueError, YAMLError) as wrong:
        raise _invalid("", "config_form", f"配置不是 YAML 或 JSON：{wrong}") from wrong
    return config_of(said, path.parent)


def config_of(said: Any, folder: Path) -> Config:
    """The configuration that a document says; files it names are sought in ``folder``."""
    if not isinstance(said, dict) or said.get("kind") not in KINDS:
        raise _invalid("/kind", "kind_unknown", f"kind 要写 {'、'.join(KINDS)} 之一。")
    kind = KINDS[said["kind"]]
    tables = said.get("tables") or [said]
    mapped = tuple(_mapped(one, kind, place, len(tables)) for place, one in enumerate(tables))
    rules = said.get("survivorship", {})
    for field, rule in rules.items():
        if rule not in RULES or rule == "corrected":
            raise _invalid(f"/survivorship/{field}", "rule_unknown", "规则有 source、recent、frequent、longest 四种。")
    model = scoring.read(folder / said["model"]) if said.get("model") else scoring.newest(kind.key)
    attach, review = (float(said.get(name, getattr(model, name))) for name in ("attach", "review"))
    model = replace(model, attach=attach, review=review)
    if not 0 < model.review <= model.attach < 1:
        raise _invalid("/attach", "bounds", "应有 0 < review ≤ attach < 1。")
    return Config(kind, mapped, model, rules)


def _mapped(said: Mapping[str, Any], kind: Kind, place: int, count: int) -> Mapped:
    fields = said.get("fields") or {}
    at = f"/tables/{place}" if count > 1 else ""
    unknown = [name for name in fields if name not in kind.fields]
    if unknown or not fields:
        raise _invalid(f"{at}/fields", "field_unknown", f"fields 里可以写：{'、'.join(kind.fields)}。")
    label = str(said.get("label") or (f"t{place + 1}" if count > 1 else ""))
    rank = int(said.get("rank", place + 1))
    return Mapped(label, rank, dict(fields), str(said.get("id", "")), str(said.get("updated", "")))


def _invalid(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid([FieldError(pointer, code, detail)], "config_invalid", detail)
