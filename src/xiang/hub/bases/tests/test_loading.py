"""The registries as the profile of Hunan says them, and its made-up records."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing.profile import Context, Row, sections
from xiang.foundation.publishing.profile.reading import read
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Address, Golden, Pair, Record, Registry, Theme

from .conftest import put_terms

pytestmark = pytest.mark.django_db


def load(kind: str, file: str) -> list[str]:
    """Check and apply the rows of a file; the codes of its problems."""
    context = Context("hunan", settings.PROFILE_DIR, SYSTEM)
    section = next(one for one in sections() if one.kind == kind)
    assert section.apply is not None
    problems = []
    for data, line, lines in read(settings.PROFILE_DIR, settings.PROFILE_DIR / file):
        row = Row(kind, section.key_of(data), file, line, data, lines)
        problems += [one.code for one in section.validate(row, context)]
        section.apply(row, context)
    return problems


@pytest.fixture
def province() -> None:
    put_terms()
    assert load("resources", "resources.yaml") == [] == load("bases", "bases.yaml")


def test_five_registries_with_their_leads_and_theme_registries(province: None) -> None:
    leads = {"person": "police", "legal": "market", "geography": "natural_resources", "credit": "reform"}
    leads |= {"credential": "data"}
    assert {one.kind: one.owner_key for one in Registry.objects.all()} == {
        kind: f"430000.{body}" for kind, body in leads.items()
    }
    assert all(theme.scenario and theme.sources.exists() for theme in Theme.objects.all())
    found = queries.locate("长沙市岳麓区五一大道12号3栋402室")
    assert found is not None and found.code == "430104-r1-12-3"
    assert Address.objects.get(code="430104-r1-12").lon == pytest.approx(112.961)


@override_settings(DEMO=True)
def test_the_made_up_records_become_golden_ones_and_two_pairs_wait(province: None) -> None:
    load("base_records", "bases-demo.yaml")
    for one, other in (
        (("person_police", "P-1001"), ("person_insurance", "I-2001")),
        (("person_police", "P-1002"), ("person_insurance", "I-2002")),
        (("person_police", "P-1003"), ("person_health", "H-3003")),
        (("person_police", "P-1007"), ("person_health", "H-3007")),
        (("legal_market", "M-1001"), ("legal_tax", "T-2001")),
        (("credit_market", "C-1001"), ("credit_reform", "C-2001")),
        (("credential_market", "E-1001"), ("credential_hub", "E-9001")),
    ):
        assert queries.golden_of(*one) == queries.golden_of(*other) is not None
    assert queries.golden_of("person_police", "P-1005") != queries.golden_of("person_police", "P-1006")
    assert Pair.objects.filter(state="open").count() == 2
    before = Golden.objects.count(), Record.objects.count()
    load("base_records", "bases-demo.yaml")
    assert (Golden.objects.count(), Record.objects.count()) == before
    operations.count()
    assert sum(one.golden for one in queries.overviews(SYSTEM)) == before[0]


@override_settings(DEMO=False)
def test_outside_a_demonstration_nobody_is_made_up(province: None) -> None:
    load("base_records", "bases-demo.yaml")
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rules": {"shoe": "recent"}}, "field_unknown"),
        ({"kind": "geography"}, "no_records"),
        ({"sources": [{"key": "s", "title": "表", "body": "x", "rank": 1, "resource": "nothing"}]}, "resource_unknown"),
        (
            {"themes": [{"key": "t", "title": "库", "owner": "x", "scenario": "用", "fields": [], "sources": ["z"]}]},
            "source_unknown",
        ),
    ],
)
def test_what_cannot_be_is_named(province: None, change: dict[str, Any], code: str) -> None:
    source = {"key": "s", "title": "表", "body": "430000.police", "rank": 1}
    said = {"key": "person", "kind": "person", "title": "库", "owner": "x", "sources": [source]} | change
    section = next(one for one in sections() if one.kind == "bases")
    row = Row("bases", "person", "bases.yaml", 1, said, {})
    context = Context("hunan", settings.PROFILE_DIR, SYSTEM)
    assert [one.code for one in section.validate(row, context)][:1] == [code]
