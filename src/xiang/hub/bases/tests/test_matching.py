"""How two records are judged: the cases that registers of people and companies are known for."""

from __future__ import annotations

import pytest

from xiang.hub.bases.engine import scoring
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.engine.scoring import Match, Scorer

from .numbers import number, old

MINE, HERS = number(123), number(321)


def judged(kind: str, one: dict[str, str], other: dict[str, str]) -> tuple[str, Match]:
    scorer = Scorer(KINDS[kind], scoring.newest(kind))
    match = scorer.match(KINDS[kind].features(one), KINDS[kind].features(other))
    return scorer.verdict(match), match


def level(match: Match, column: str) -> str:
    return next(part.level for part in match.parts if part.column == column)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("張偉", "张伟", "same"),
        ("张 伟", "张伟", "same"),
        ("买买提•艾力", "买买提·艾力", "same"),
        ("买买提·艾力", "麦麦提艾里", "reading"),
        ("买买提·艾力", "买买提", "part"),
        ("王珏", "王?", "gap"),
        ("𠮷田", "□田", "gap"),
        ("欧阳静宜", "欧阳静怡", "reading"),
        ("李建国", "李建军", "slip"),
        ("李四", "王五", "differs"),
    ],
)
def test_names_agree_in_the_ways_registers_write_them(one: str, other: str, found: str) -> None:
    assert level(judged("person", {"name": one}, {"name": other})[1], "name") == found


def test_a_former_name_is_no_other_name() -> None:
    _, match = judged("person", {"name": "李思"}, {"name": "李文静", "former_names": "李思、李四"})
    assert level(match, "name") == "former"


def test_the_old_number_of_15_digits_is_the_same_number() -> None:
    verdict, match = judged("person", {"name": "刘芸", "id_number": old(MINE)}, {"name": "刘芸", "id_number": MINE})
    assert (verdict, level(match, "number"), match.decisive) == ("same", "same", ("number",))


def test_two_valid_numbers_are_two_people_however_alike_the_rest_is() -> None:
    same = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000", "address": "五一大道12号3栋402"}
    assert judged("person", same | {"id_number": MINE}, same | {"id_number": HERS})[0] == "apart"


def test_a_mistyped_number_does_not_part_what_the_rest_joins() -> None:
    same = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000"}
    wrong = MINE[:10] + MINE[11] + MINE[10] + MINE[12:]
    assert wrong != MINE
    verdict, match = judged("person", same | {"id_number": MINE}, same | {"id_number": wrong})
    assert (verdict, level(match, "number")) == ("same", "slip")


def test_a_child_under_the_number_of_its_mother_goes_to_a_steward() -> None:
    mother = {"name": "刘芸", "id_number": MINE, "birth_date": "1985-03-12"}
    child = {"name": "周沐言", "id_number": MINE, "birth_date": "2026-11-16"}
    assert judged("person", mother, child)[0] == "perhaps"


def test_a_common_name_alone_says_too_little() -> None:
    assert judged("person", {"name": "张伟"}, {"name": "张伟"})[0] == "apart"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("长沙湘江科技有限公司", "湖南省长沙市湘江科技有限责任公司", "core"),
        ("湖南湘江科技（集团）有限公司", "湖南湘江科技(集团)有限公司", "same"),
        ("长沙湘江科技有限公司", "株洲建设投资有限公司", "differs"),
    ],
)
def test_companies_agree_without_region_and_legal_form(one: str, other: str, found: str) -> None:
    assert level(judged("legal", {"name": one}, {"name": other})[1], "name") == found


def test_a_renamed_company_keeps_its_credit_code() -> None:
    before = {"name": "长沙湘江科技有限公司", "uscc": "91350100M000100Y43"}
    after = {"name": "湖南麓山数据有限公司", "former_names": "长沙湘江科技有限公司", "uscc": "91350100m000100y43"}
    verdict, match = judged("legal", before, after)
    assert (verdict, level(match, "name")) == ("same", "former")


def test_the_organisation_code_of_before_2015_is_in_the_credit_code() -> None:
    before = {"name": "长沙湘江科技有限公司", "organisation_code": "M000100Y-4"}
    assert judged("legal", before, {"name": "湘江科技公司", "uscc": "91350100M000100Y43"})[0] == "same"


def test_the_explanation_adds_up_and_holds_no_values() -> None:
    one = {"name": "刘芸", "birth_date": "1985-03-12", "phone": "13800138000"}
    _, match = judged("person", one, one)
    parts = scoring.explanation(KINDS["person"], match)
    assert match.weight == pytest.approx(sum(part.weight for part in match.parts) + -17.9, abs=0.3)
    assert "刘芸" not in str(parts) and "1380" not in str(parts)
    assert parts[0]["weight"] == max(part["weight"] for part in parts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_model_reads_back_as_it_was(kind: str) -> None:
    model = scoring.newest(kind)
    assert scoring.model_of(model.document()) == model


def test_a_model_that_lacks_a_level_is_refused() -> None:
    document = scoring.newest("person").document()
    del document["levels"]["name"]["gap"]
    with pytest.raises(ValueError, match="gap"):
        scoring.model_of(document)
