"""The shape of one item in ``items/*.yaml``: the fields of GB/T 39046-2020 table 4 that a guide and a case need."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
MAYBE: dict[str, Any] = {"type": "string"}
NAME: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_.]*$"}
SLOTS = ("promised", "legal", "accept", "supplement", "hearing", "deliver", "payment", "extension")
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def listed(of: dict[str, Any], least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least}


def shaped(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


LAW = shaped(("law", "article", "confirmed"), law=TEXT, article=MAYBE, confirmed={"type": "boolean"})
OFFICE = shaped(("to", "rule"), to=TEXT, rule=NAME)

ITEM_SCHEMA: dict[str, Any] = shaped(
    (
        "key", "name", "short", "summary", "icon", "codes", "type", "regime", "procedure", "level", "body", "unit_kind",
        "host", "objects", "audience", "handling", "case_type", "scope", "themes", "visits", "conditions", "form",
        "limits", "fees", "basis", "process", "result", "delivery", "consult", "supervise", "remedy", "baseline",
    ),
    key={"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    name=TEXT,
    short={"type": "string", "minLength": 1, "maxLength": 20},
    summary={"type": "string", "minLength": 1, "maxLength": 60},
    icon=TEXT,
    codes=shaped(
        ("scheme", "base", "confirmed"),
        scheme={"enum": ["c0109", "gbt39046"]},
        base=TEXT,
        implementation=TEXT,
        local=TEXT,
        confirmed={"type": "boolean"},
    ),
    type={"type": "string", "pattern": r"^\d{2}$"},
    regime={"enum": ["licence", "confirmation", "benefit", "public_service", "filing"]},
    procedure=NAME,
    level={"enum": ["1", "2", "3", "4", "5", "6", "7"]},
    body=NAME,
    implemented_by=TEXT,
    unit_kind=NAME,
    host={"enum": ["province", "prefecture", "county"]},
    objects=listed({"enum": ["1", "2", "3", "4", "5", "6"]}),
    audience={"enum": ["person", "business"]},
    handling=listed({"enum": ["1", "2", "3", "4", "9"]}),
    case_type={"enum": ["1", "2", "9"]},
    scope={"enum": ["nation", "province", "prefecture", "county"]},
    themes=listed(NAME),
    joint=listed(NAME),
    visits=COUNT,
    visit_reason=TEXT,
    conditions=listed(TEXT),
    form=NAME,
    limits={
        "type": "object",
        "required": ["promised"],
        "additionalProperties": False,
        "properties": dict.fromkeys(SLOTS, NAME),
    },
    legal_note=TEXT,
    special_procedures=listed(NAME),
    fees=shaped(("charged",), charged={"type": "boolean"}, rule=NAME, title=TEXT, basis=LAW, kind=NAME),
    basis=listed(LAW),
    process=listed(
        shaped(("key", "title", "role"), key=NAME, title=TEXT, role=NAME, note=TEXT, limit=NAME),
    ),
    result=shaped(("title", "kind"), title=TEXT, kind=TEXT, credential=NAME),
    delivery=listed({"enum": ["electronic", "post", "window"]}),
    commitment=TEXT,
    tolerance=listed(NAME),
    hearing={"type": "boolean"},
    inspection=shaped(("inspectors", "basis"), inspectors={"type": "integer", "minimum": 1}, basis=LAW),
    consult=shaped(("phone",), phone=TEXT, note=TEXT),
    supervise=shaped(("phone",), phone=TEXT, note=TEXT),
    remedy=shaped(("reconsideration", "litigation"), reconsideration=OFFICE, litigation=OFFICE, text=TEXT),
    faq=listed(shaped(("q", "a"), q=TEXT, a=TEXT)),
    note=TEXT,
    offers=listed(NAME),
    keywords=listed(TEXT),
    baseline=shaped(
        ("frozen_on", "edition", "fields", "materials", "visits", "counters", "working_days"),
        frozen_on={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        edition={"type": "integer", "minimum": 1},
        fields=COUNT,
        materials=COUNT,
        visits=COUNT,
        counters=COUNT,
        working_days=COUNT,
        papers=listed(TEXT),
    ),
)  # fmt: skip
