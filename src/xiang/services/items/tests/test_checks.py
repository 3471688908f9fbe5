"""Each thing that a profile must not say, with the code, the line, and a sentence that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiang.services.items.loading.events import cycle
from xiang.services.items.loading.materials import catch_all
from xiang.services.items.tests.profile_files import FILES, context_of, line_of, problems


def test_the_small_profile_has_nothing_wrong(tmp_path: Path) -> None:
    assert problems(context_of(tmp_path)) == []


# file, what it says, what it says instead, the code, what stands on the line that is pointed at
WRONG = [
    ("items", 'base: "430136001000"', 'base: "43013600100"', "code_width", "43013600100"),
    ("items", 'base: "430136001000"', 'base: "43013600100x"', "code_character", "43013600100x"),
    ("items", 'base: "430136001000"', 'base: "430736001000"', "code_type", "430736001000"),
    ("items", 'codes: {scheme: c0109, base: "430136001000"', 'codes: {scheme: gbt39046, base: "43013600100"', "code_width", "gbt39046"),
    ("items", 'confirmed: false}\n  type: "01"', 'implementation: ABC, confirmed: false}\n  type: "01"', "code_width", "ABC"),
    ("items", 'type: "07"', 'type: "02"', "type_not_applied_for", 'type: "02"'),
    ("items", 'type: "07"', 'type: "06"', "type_not_applied_for", 'type: "06"'),
    ("items", 'type: "01"\n  regime: licence', 'type: "07"\n  regime: licence', "regime_not_licence", "regime: licence"),
    ("items", "regime: licence", "regime: filing", "regime_must_be_licence", "regime: filing"),
    ("items", "promised: item.shop.promised", "promised: item.nobody.promised", "rule_unknown", "item.nobody"),
    ("items", "rule: remedy.review}, lit", "rule: remedy.none}, lit", "rule_unknown", "remedy.none"),
    ("items", "procedure: licence", "procedure: magic", "procedure_unknown", "magic"),
    ("items", "themes: [entry]", "themes: [fishing]", "theme_unknown", "fishing"),
    ("items", "body: market", "body: navy", "body_unknown", "navy"),
    ("items", "unit_kind: registry", "unit_kind: harbour", "unit_unknown", "harbour"),
    ("items", "form: shop_licence", "form: nothing", "form_unknown", "nothing"),
    ("items", "credential: shop_card", "credential: no_card", "credential_unknown", "no_card"),
    ("items", "delivery: [electronic]\n", "delivery: [electronic]\n  offers: [nobody]\n", "item_unknown", "nobody"),
    ("items", "delivery: [electronic]\n", "delivery: [electronic]\n  tolerance: [nobody]\n", "material_unknown", "nobody"),
    ("items", "special_procedures: [hearing]", "special_procedures: [kinship_test]", "suspension_reason", "kinship_test"),
    ("items", "special_procedures: [hearing]", "special_procedures: [hearing, lunch]", "suspension_reason", "lunch"),
    ("items", "visits: 0", "visits: 1", "visit_reason_missing", "visits: 1"),
    ("items", "fees: {charged: false}", "fees: {charged: true, rule: fee.shop}", "fee_basis_missing", "fee.shop"),
    ("items", "fees: {charged: false}", "fees: {charged: false, rule: fee.shop}", "fee_not_charged", "fee.shop"),
    ("items", "article: 第一条", 'article: ""', "article_missing", "某法"),
    ("items", ", legal: law.licence", "", "legal_limit_missing", "item.shop.promised"),
    ("items", 'case_type: "2"', 'case_type: "1"', "instant_promise", 'case_type: "1"'),
    ("items", "孩子有中国国籍", "父母已办理生育登记", "birth_registration_condition", "生育登记"),
    ("items", "孩子有中国国籍", "父母已结婚", "birth_registration_condition", "已结婚"),
    ("items", "icon: building-store", "colour: red", "field_missing", "shop_licence"),
    ("forms", "title: 出生医学证明", "title: 生育登记证明", "birth_registration_condition", "生育登记"),
    ("forms", "title: 出生医学证明", "title: 结婚证", "birth_registration_condition", "结婚证"),
    ("forms", "title: 店面平面图", "title: 其他有关材料", "material_catch_all", "其他有关材料"),
    ("limits", "key: item.shop.promised, title: 承诺, value: 8", "key: item.shop.promised, title: 承诺, value: 21", "promise_exceeds_law", None),
    ("life_events", "birth_registration, needs: []", "birth_registration, needs: [shop_licence]", "prerequisite_cycle", "needs: [shop_licence]"),
    ("life_events", "birth_registration, needs: []", "birth_registration, needs: [marriage]", "birth_registration_condition", "marriage"),
    ("life_events", "birth_registration, needs: []", "birth_registration, needs: [absent]", "prerequisite_unknown", "absent"),
    ("life_events", "birth_registration, needs: []", "birth_registration, when: {field: parents.marriage, equals: married}", "birth_registration_condition", "when:"),
    ("life_events", "scenarios: []", "scenarios: [{key: a, when: {field: parents.marriage, equals: unmarried}, then: {off: [birth_registration]}}]", "birth_registration_condition", "off:"),
    ("life_events", "{item: shop_licence, to: []}", "{item: birth_registration, to: []}", "route_missing", "item: shop_licence"),
    ("life_events", "{item: shop_licence, to: []}", "{item: shop_licence, to: [{division: a, body: market, kind: pond}]}", "unit_unknown", "pond"),
    ("life_events", "item: shop_licence, needs", "item: nobody, needs", "item_unknown", "nobody"),
    ("life_events", "birth_registration, needs: []", "birth_registration, needs: [], rules: {payment: no.rule}", "rule_unknown", "no.rule"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said", "instead", "code", "at"), WRONG, ids=[f"{w[3]}-{n}" for n, w in enumerate(WRONG)]
)
def test_what_a_profile_may_not_say(
    tmp_path: Path, kind: str, said: str, instead: str, code: str, at: str | None
) -> None:
    found = [p for p in problems(context_of(tmp_path, {kind: (said, instead)})) if p.code == code]
    assert found, f"{code} was not found"
    name, text = ("items/a.yaml", "limits:") if at is None else (FILES[kind][0], at.strip())
    assert (found[0].file, found[0].line) == (name, line_of(tmp_path, name, text))
    assert found[0].detail.endswith("。")


def test_a_fee_needs_a_rule_as_well_as_a_basis(tmp_path: Path) -> None:
    context = context_of(tmp_path, {"items": ("fees: {charged: false}", "fees: {charged: true}")})
    assert {p.code for p in problems(context)} == {"fee_rule_missing", "fee_basis_missing"}


def test_unlike_units_are_not_compared(tmp_path: Path) -> None:
    """8 working days may be shorter or longer than 5 days: nobody can say, so nobody does."""
    assert problems(context_of(tmp_path, {"items": ("legal: law.licence", "legal: law.days")})) == []


def test_a_promise_is_compared_with_the_law_of_its_own_time(tmp_path: Path) -> None:
    old = (
        "value: 20, unit: wd, clock_start: 受理, citation: 行政许可法, valid_from: 2004-07-01",
        "value: 3, unit: wd, clock_start: 受理, citation: 行政许可法, valid_from: 2004-07-01, valid_to: 2010-01-01",
    )
    assert problems(context_of(tmp_path, {"limits": old})) == []


def test_a_marriage_certificate_may_be_looked_at_but_not_demanded(tmp_path: Path) -> None:
    optional = ("title: 出生医学证明, mandatory: true", "title: 结婚证, mandatory: false")
    assert problems(context_of(tmp_path, {"forms": optional})) == []


@pytest.mark.parametrize(
    "title",
    [
        "其他材料",
        "有关材料",
        "相关材料",
        "其他相关证明",
        "法律法规规定的其他材料",
        "所需材料",
        "登记机关要求的其他文件",
        "身份证等材料",
        "规定的材料",
        "其他",
    ],
)
def test_names_that_could_mean_anything(title: str) -> None:
    assert catch_all(title)


@pytest.mark.parametrize(
    "title",
    [
        "居民身份证",
        "出生医学证明",
        "医疗诊断证明或者职业病诊断证明书",
        "经营场所使用证明",
        "非婚生育说明",
        "清税证明",
        "劳动关系证明",
    ],
)
def test_names_that_say_what_is_wanted(title: str) -> None:
    assert not catch_all(title)


@pytest.mark.parametrize(
    ("needs", "ring"),
    [
        ({}, []),
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, ["a", "b", "c", "a"]),
        ({"x": ["a"], "a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
    ],
)
def test_a_ring_of_things_that_wait_for_each_other(needs: dict[str, list[str]], ring: list[str]) -> None:
    assert cycle(needs) == ring
