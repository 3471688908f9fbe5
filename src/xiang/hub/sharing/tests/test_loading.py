"""Grants as the profile writes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing.profile import Context, Row
from xiang.foundation.publishing.profile.checking import shape
from xiang.foundation.publishing.profile.reading import read
from xiang.foundation.publishing.profile.sections import Section, sections
from xiang.hub.inventory import loading as inventory
from xiang.hub.sharing import loading
from xiang.hub.sharing.models import Grant


@pytest.fixture
def context() -> Context:
    """The resources of the profile, checked, so that grants may refer to them."""
    made = Context("hunan", settings.PROFILE_DIR, SYSTEM)
    ((data, line, lines),) = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "resources.yaml")
    made.rows["resources"] = {"inventory": Row("resources", "inventory", "resources.yaml", line, data, lines)}
    assert list(inventory.check(made.rows["resources"]["inventory"], made)) == []
    return made


def section() -> Section:
    return next(s for s in sections() if s.kind == "grants")


@lru_cache(maxsize=1)
def grants() -> list[Row]:
    entries = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "grants.yaml")
    return [Row("grants", data["key"], "grants.yaml", line, data, lines) for data, line, lines in entries]


def changed(**changes: Any) -> Row:
    first = grants()[0]
    return Row("grants", first.key, first.file, first.line, first.data | changes, first.lines)


def test_every_grant_of_hunan_is_well_formed(context: Context) -> None:
    for row in grants():
        assert [*shape(section(), row), *loading.check(row, context)] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"resource": "police_horse"}, "resource_unknown"),
        ({"fields": ["blood_group"]}, "field_unknown"),
        ({"valid_to": "2020-01-01"}, "period_reversed"),
        ({"purpose": "*"}, "purpose_open"),
    ],
)
def test_each_mistake_has_its_code(context: Context, changes: dict[str, Any], code: str) -> None:
    assert code in {problem.code for problem in loading.check(changed(**changes), context)}


def test_a_grant_without_a_basis_is_refused_by_its_shape() -> None:
    assert {problem.code for problem in shape(section(), changed(basis=[]))} == {"field_empty"}


def test_a_form_that_asks_for_more_than_is_granted_is_reported(context: Context) -> None:
    item = Row("items", "birth_certificate", "items.yaml", 1, {"form": "birth"})
    form = Row("forms", "birth", "forms.yaml", 1, {"groups": [{"fields": [{"source": "hub:police_person.education"}]}]})
    context.rows |= {"items": {"birth_certificate": item}, "forms": {"birth": form}}
    assert [p.code for p in loading.together(grants(), context)] == ["grant_missing"]


@pytest.mark.django_db
def test_a_grant_that_is_no_longer_written_is_revoked(context: Context) -> None:
    inventory.apply(context.rows["resources"]["inventory"], context)
    row = grants()[0]
    loading.apply(row, context)
    assert Grant.objects.get(key=row.key).basis.startswith("《")
    loading.retire(row.key, context)
    assert Grant.objects.get(key=row.key).revoked_at
    loading.apply(row, context)
    assert Grant.objects.get(key=row.key).revoked_at is None
