"""The province as it stands in ``profiles/hunan``: it loads clean, and it says what was agreed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from xiang.foundation.forms.conditions import wrong
from xiang.foundation.forms.schema import FormDefinition, from_content, merge
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.identity import check_uscc
from xiang.foundation.publishing.profile import Context, Row, checking, sections
from xiang.foundation.publishing.profile.reading import read
from xiang.services.items import loading
from xiang.services.items.loading.events import cycle

BIRTH = (
    "birth_certificate", "vaccination_certificate", "birth_registration", "resident_insurance", "resident_premium",
    "maternity_reimbursement", "social_security_card",
)  # fmt: skip
USUAL = {
    "birth.place": "hospital", "child.place_kind": "hospital", "child.outcome": "live", "child.count": 1,
    "child.surname": "father", "child.age": "month", "parents.ethnicity": "same", "parents.marriage": "married",
    "parents.nationality": "both_chinese", "parents.father": "present", "household.follow": "mother",
    "household.kind": "family", "household.elsewhere": False, "name.glyphs": "all", "mother.insured_kind": "employee",
    "mother.household_kind": "family", "father.household_kind": "family", "result.means": "post",
}  # fmt: skip
SCENARIOS = {
    "usual", "unmarried_mother", "unmarried_father", "one_foreign_parent", "both_foreign", "born_elsewhere",
    "born_at_home", "born_abroad", "twins", "died_before_registration", "stillbirth", "rare_characters",
    "ethnicity_differs", "other_surname", "collective_household", "military_parent", "father_elsewhere",
    "older_than_month", "older_than_year",
}  # fmt: skip


@pytest.fixture(scope="module")
def context(hunan_folder: Path) -> Context:
    """Every row of the profile, those of rooms that have no section yet read as plain lists."""
    found = Context("hunan", hunan_folder, SYSTEM)
    assert [str(p) for p in checking.read_all(found, [])] == []
    for kind, files in {
        "credential_types": "credential_types.yaml", "documents": "documents.yaml", "notices": "notices.yaml",
    }.items():  # fmt: skip
        for file in sorted(hunan_folder.glob(files)):
            name = file.relative_to(hunan_folder).as_posix()
            for data, line, lines in read(hunan_folder, file):
                found.rows.setdefault(kind, {})[data["key"]] = Row(kind, data["key"], name, line, data, lines)
    return found


@pytest.fixture(scope="module")
def forms(context: Context) -> dict[str, FormDefinition]:
    return {row.key: from_content(row.data) for row in context.of("forms")}


@pytest.fixture(scope="module")
def birth(context: Context) -> dict[str, Any]:
    row = context.row("life_events", "birth")
    assert row
    return row.data


def test_every_section_finds_nothing_wrong(context: Context) -> None:
    found = []
    for section in sections():
        rows = list(context.of(section.kind))
        for row in rows:
            found += list(checking.shape(section, row)) or list(section.validate(row, context))
        found += list(section.together(rows, context))
    assert [str(problem) for problem in found] == []


def test_there_are_thirty_items_in_eight_departments_at_least(context: Context) -> None:
    items = list(context.of("items"))
    assert len(items) >= 30
    assert len({row.file for row in items}) >= 8
    assert {row.data["regime"] for row in items} == {"licence", "confirmation", "benefit", "public_service", "filing"}
    assert set(BIRTH) | {"birth_certificate_reissue", "food_business_licence"} <= {row.key for row in items}


def test_codes_of_items_are_unique(context: Context) -> None:
    codes = Counter(row.data["codes"]["base"] for row in context.of("items"))
    assert [code for code, times in codes.items() if times > 1] == []


def test_hunan_has_14_prefectures_122_counties_and_a_county_that_became_a_city(context: Context) -> None:
    levels = Counter(row.data["level"] for row in context.of("divisions") if not row.data["valid_to"])
    assert levels == {"province": 1, "prefecture": 14, "county": 122}
    qiyang = next(row.data for row in context.of("divisions") if row.data["code"] == "431121")
    assert (qiyang["name"], qiyang["successor"]) == ("祁阳县", "431181")


def test_the_birth_form_asks_for_sixty_facts_and_leaves_at_most_eight_to_the_parents(
    forms: dict[str, FormDefinition],
) -> None:
    asked = merge("birth", "新生儿出生", [forms[key] for key in BIRTH]).asked(USUAL)
    typed = [field.key for field in asked if field.typed]
    assert len(asked) >= 60
    assert len(typed) <= 8, typed
    assert [field.key for field in asked if field.typed and field.default is None] == [
        "child.name", "household.follow", "card.bank",
    ]  # fmt: skip


def test_no_paper_is_asked_for_in_the_usual_case(forms: dict[str, FormDefinition]) -> None:
    merged = merge("birth", "新生儿出生", [forms[key] for key in BIRTH])
    papers = [m.title for m in merged.materials_for(USUAL) if m.mandatory and not m.substitutes]
    assert papers == []


def test_a_fact_has_one_meaning_in_every_form(context: Context) -> None:
    """The same key has the same title, type and source wherever it stands, or merging would lose one of two things."""
    seen: dict[str, tuple[Any, ...]] = {}
    for row in context.of("forms"):
        for group in row.data["groups"]:
            for field in group["fields"]:
                meaning = (field["title"], field["type"], field.get("source"))
                assert seen.setdefault(field["key"], meaning) == meaning, f"{row.key}: {field['key']}"


def test_conditions_look_only_at_things_that_can_be_known(context: Context, birth: dict[str, Any]) -> None:
    known = {f["key"] for row in context.of("forms") for g in row.data["groups"] for f in g["fields"]}
    known |= {q["key"] for q in birth["questions"]} | {f["key"] for f in birth["facts"]}
    for scenario in birth["scenarios"]:
        assert wrong(scenario["when"]) == ""
        assert loading.events._fields(scenario["when"]) <= known, scenario["key"]
    for row in context.of("forms"):
        for group in row.data["groups"]:
            for field in group["fields"]:
                assert loading.events._fields(field.get("visible_when")) <= known, field["key"]


def test_every_scenario_of_a_birth_is_there(birth: dict[str, Any]) -> None:
    assert {scenario["key"] for scenario in birth["scenarios"]} == SCENARIOS


def test_the_parts_of_a_birth_wait_for_the_certificate_and_the_card_for_the_number(birth: dict[str, Any]) -> None:
    needs = {part["item"]: part["needs"] for part in birth["items"]}
    assert tuple(needs) == BIRTH
    assert needs["birth_certificate"] == []
    assert needs["social_security_card"] == ["birth_registration"]
    assert needs["resident_premium"] == ["resident_insurance"]
    assert all(needs[key] == ["birth_certificate"] for key in BIRTH[1:4])
    assert cycle(needs) == []


def test_nobody_is_asked_to_rejoice_about_a_death(birth: dict[str, Any]) -> None:
    for scenario in birth["scenarios"]:
        if scenario["key"] in ("died_before_registration", "stillbirth"):
            assert scenario["then"]["tone"] == "solemn"
            assert {"congratulation", "rating_request", "reminder"} <= set(scenario["then"]["silence"])
            assert scenario["then"]["contact"]["role"]


def test_every_material_that_a_scenario_adds_is_in_a_form(context: Context, birth: dict[str, Any]) -> None:
    papers = {m["key"] for row in context.of("forms") for m in row.data.get("materials", ())}
    fields = {f["key"] for row in context.of("forms") for g in row.data["groups"] for f in g["fields"]}
    for scenario in birth["scenarios"]:
        assert set(scenario["then"].get("materials_on", ())) <= papers, scenario["key"]
        assert set(scenario["then"].get("fields_on", ())) <= fields, scenario["key"]


def test_notices_and_documents_never_shout(context: Context) -> None:
    for kind in ("notices", "documents"):
        for row in context.of(kind):
            text = str(row.data)
            assert "！" not in text and "!" not in text, row.key


def test_every_document_that_a_procedure_issues_has_a_template(context: Context) -> None:
    from xiang.foundation.cases import procedures

    for key in procedures.known_keys():
        for edge in procedures.get(key).transitions:
            assert not edge.document or context.has("documents", edge.document), edge.document


def test_an_adverse_document_tells_the_way_to_challenge_it(context: Context) -> None:
    for row in context.of("documents"):
        adverse = row.key in ("decline_decision", "refusal_decision", "not_needed_notice", "revocation_decision")
        assert bool(row.data.get("remedy")) or not adverse, row.key


def test_codes_of_credential_types_hold_a_body_code_and_three_digits(context: Context) -> None:
    codes = [row.data["code"] for row in context.of("credential_types")]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert re.fullmatch(r"[0-9A-Z]{18}\d{3}", code)
        assert check_uscc(code[:18]).valid, code


def test_citations_that_claim_to_be_checked_name_their_article(hunan_folder: Path) -> None:
    for file in hunan_folder.rglob("*.yaml"):
        for law in _laws(YAML(typ="safe").load(file.read_text(encoding="utf-8"))):
            assert isinstance(law["confirmed"], bool), file
            assert law["article"] or not law["confirmed"], f"{file.name}: {law}"


def _laws(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if "law" in value else []
        return own + [law for inner in value.values() for law in _laws(inner)]
    return [law for inner in value for law in _laws(inner)] if isinstance(value, list) else []
