"""Mistakes in the cast's file, each with its code and line."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing.profile import Context, Row
from xiang.foundation.publishing.profile.reading import read
from xiang.portal.province import checking


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    ((data, _, _),) = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "cast.yaml")
    return data


def codes(content: dict[str, Any]) -> set[str]:
    row = Row("cast", "cast", "cast.yaml", 1, content)
    return {problem.code for problem in checking.check(row, Context("hunan", settings.PROFILE_DIR, SYSTEM))}


def test_the_cast_of_hunan_is_without_mistakes(content: dict[str, Any]) -> None:
    assert codes(content) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sequence": 3}, "sequence_parity"),
        ({"home": "nowhere"}, "home_unknown"),
        ({"employer": "nobody"}, "company_unknown"),
        ({"mother": "nobody"}, "person_unknown"),
        ({"account": "zhouziheng"}, "account_twice"),
        ({"born": "1994-08-06", "sequence": 91, "sex": "男"}, "number_twice"),
    ],
)
def test_each_mistake_about_a_person_has_its_code(content: dict[str, Any], change: dict[str, Any], code: str) -> None:
    wrong = deepcopy(content)
    wrong["families"][0]["people"]["liu_yun"] |= change
    assert code in codes(wrong)


@pytest.mark.parametrize(
    ("change", "code"), [({"division": "439900"}, "division_unknown"), ({"town": "月亮街"}, "town_unknown")]
)
def test_each_mistake_about_a_home_has_its_code(content: dict[str, Any], change: dict[str, Any], code: str) -> None:
    wrong = deepcopy(content)
    wrong["families"][0]["homes"]["hers"] |= change
    assert code in codes(wrong)
