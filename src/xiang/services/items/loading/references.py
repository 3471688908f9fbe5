"""What an item refers to must exist: rules, form, credential, body, office, procedure, theme, other items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from xiang.foundation.cases import procedures
from xiang.foundation.publishing.profile import Context, Problem, Row

_CREDENTIALS = "credential_types"


def all_known(row: Row, context: Context) -> Iterator[Problem]:
    yield from _rules(row, context)
    yield from _places(row, context)
    yield from _others(row, context)
    yield from _themes(row, context)
    known = procedures.known_keys()
    if known and row.data["procedure"] not in known:
        yield row.problem(
            "procedure_unknown",
            f"没有名为“{row.data['procedure']}”的办理程序；可以用：{'、'.join(sorted(known))}。",
            at="procedure",
        )


def rule_keys(context: Context) -> dict[str, list[Row]]:
    """The dated rows of the profile by rule key, kept for the length of one load."""
    kept: dict[str, list[Row]] | None = context.memory.get("items.rules")
    if kept is None:
        kept = {}
        for rule in context.of("limits"):
            kept.setdefault(rule.data["key"], []).append(rule)
        context.memory["items.rules"] = kept
    return kept


def _rules(row: Row, context: Context) -> Iterator[Problem]:
    known = rule_keys(context)
    named = {f"limits.{slot}": rule for slot, rule in row.data["limits"].items()}
    named |= {f"remedy.{way}.rule": office["rule"] for way, office in row.data["remedy"].items() if way != "text"}
    named |= {f"process.{n}.limit": step["limit"] for n, step in enumerate(row.data["process"]) if "limit" in step}
    if rule := row.data["fees"].get("rule"):
        named["fees.rule"] = rule
    for at, key in named.items():
        if key not in known:
            detail = f"没有规则“{key}”：在 limits.yaml 里加一行，写明数值、依据和施行日。"
            yield row.problem("rule_unknown", detail, at=at)


def _places(row: Row, context: Context) -> Iterator[Problem]:
    """The line of work exists somewhere, and has an office of that kind."""
    departments, kinds = directory(context)
    if not departments:
        return
    for at, name in (("body", row.data["body"]), *((f"joint.{n}", j) for n, j in enumerate(row.data.get("joint", ())))):
        if name not in departments and not any(d.startswith(f"{name}.") for d in departments):
            yield row.problem("body_unknown", f"没有“{name}”这一条线的机关：先写进 bodies.yaml。", at=at)
    if (row.data["body"], row.data["unit_kind"]) not in kinds and row.data["body"] in departments:
        detail = f"“{row.data['body']}”没有“{row.data['unit_kind']}”类的处所：写进 units.yaml，或改 unit_kind。"
        yield row.problem("unit_unknown", detail, at="unit_kind")


def directory(context: Context) -> tuple[set[str], set[tuple[str, str]]]:
    """The lines of work that have a body somewhere, and which kinds of office each has."""
    kept: tuple[set[str], set[tuple[str, str]]] | None = context.memory.get("items.directory")
    if kept is None:
        lines = {key.partition(".")[2] for key in context.rows.get("bodies", ())}
        lines |= {key.partition(".")[0] for key in context.rows.get("bodies", ()) if not key[:1].isdigit()}
        offices = {(u.data["body"].partition(".")[2], u.data.get("kind", "")) for u in context.of("units")}
        kept = context.memory["items.directory"] = (lines, offices)
    return kept


def _others(row: Row, context: Context) -> Iterator[Problem]:
    if any(context.of("forms")) and not context.has("forms", row.data["form"]):
        yield row.problem("form_unknown", f"没有表单“{row.data['form']}”：写进 forms/ 下的文件。", at="form")
    credential = row.data["result"].get("credential")
    if credential and any(context.of(_CREDENTIALS)) and not context.has(_CREDENTIALS, credential):
        detail = f"没有证照种类“{credential}”：写进 credential_types.yaml。"
        yield row.problem("credential_unknown", detail, at="result.credential")
    for n, other in enumerate(row.data.get("offers", ())):
        if not context.has("items", other):
            yield row.problem("item_unknown", f"没有事项“{other}”，检查拼写。", at=f"offers.{n}")


def _themes(row: Row, context: Context) -> Iterator[Problem]:
    known = profile_file(context).get("themes", ())
    keys = {theme["key"] for theme in known}
    for n, theme in enumerate(row.data["themes"]):
        if keys and theme not in keys:
            yield row.problem("theme_unknown", f"没有主题“{theme}”：先写进 profile.yaml 的 themes。", at=f"themes.{n}")


def profile_file(context: Context) -> dict[str, Any]:
    """``profile.yaml``, read once a load."""
    kept: dict[str, Any] | None = context.memory.get("items.profile")
    if kept is None:
        file = context.folder / "profile.yaml"
        content = YAML(typ="safe").load(file.read_text(encoding="utf-8")) if file.exists() else {}
        kept = context.memory["items.profile"] = dict(content)
    return kept
