"""The officers' phrases in the profile: ``opinions.yaml``, each on a step that some procedure knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xiang.foundation.cases import operations, procedures
from xiang.foundation.cases.models import OpinionPhrase
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row

SCHEMA = {
    "type": "object",
    "required": ["key", "on", "text"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "minLength": 1, "maxLength": 64},
        "on": {"type": "string", "minLength": 1, "maxLength": 48},
        "regime": {"type": "string", "maxLength": 48},
        "text": {"type": "string", "minLength": 1, "maxLength": 500},
    },
}


def _check(row: Row, context: Context) -> Iterator[Problem]:
    named = row.data.get("regime", "")
    if named and named not in procedures.known_keys():
        yield row.problem("regime_unknown", f"没有名为“{named}”的办理程序。", at="regime")
        return
    edge = next(
        (t for p in procedures.all_known() if named in ("", p.key) for t in p.transitions if t.name == row.data["on"]),
        None,
    )
    if edge is None:
        yield row.problem("step_unknown", f"没有哪个程序有“{row.data['on']}”这一步，核对拼写。", at="on")
    elif edge.preview:
        yield row.problem("phrase_on_refusal", f"“{edge.title}”要逐件写明事实，不给现成话。请删去这一行。", at="on")


def _apply(rows: Iterable[Row], context: Context) -> None:
    for row in rows:
        said = row.data
        operations.put_phrase(
            row.key, on=said["on"], text=said["text"], procedure=said.get("regime", ""), position=row.line
        )


def _current(key: str) -> Mapping[str, Any] | None:
    found = OpinionPhrase.objects.filter(key=key).first()
    if found is None:
        return None
    said = {"key": found.key, "on": found.on, "regime": found.procedure, "text": found.text}
    return {name: value for name, value in said.items() if value}


def _keys() -> Iterable[str]:
    return OpinionPhrase.objects.order_by("position").values_list("key", flat=True)


def register() -> None:
    """Make the section known; called once at start."""
    profile.register(
        profile.Section(
            kind="opinions",
            title="常用意见语",
            order=profile.Order.DOCUMENTS + 1,
            files="opinions.yaml",
            schema=SCHEMA,
            validate=_check,
            apply_many=_apply,
            current=_current,
            keys=_keys,
            retire=lambda key, context: operations.remove_phrase(key),
        )
    )
