"""Systems, catalogue and resources: what may be registered, and what a profile may say."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.publishing.profile import Context, Row
from xiang.foundation.publishing.profile.checking import shape
from xiang.foundation.publishing.profile.reading import read
from xiang.foundation.publishing.profile.sections import sections
from xiang.hub.inventory import loading, operations, queries
from xiang.hub.inventory.models import CatalogueEntry

ENTRY: dict[str, Any] = {
    "body_key": "430000.police",
    "title": "人口基本信息",
    "format": "数据库",
    "cycle": "每日",
    "share": "conditional",
    "conditions": "限办理事项所必需",
    "mode": "api",
    "grade": 4,
}


def row_of(content: dict[str, Any]) -> Row:
    return Row("resources", "inventory", "resources.yaml", 1, content)


def content(**changes: Any) -> dict[str, Any]:
    """A profile with one system, one entry, one resource."""
    said = {
        "systems": [{"key": "police", "title": "人口系统", "body": "430000.police"}],
        "catalogue": [
            {
                "key": "person",
                "title": "人口基本信息",
                "body": "430000.police",
                "system": "police",
                "sharing": "conditional",
                "condition": "限办理事项所必需",
                "update": "每日",
                "level": 4,
                "format": "数据库",
            }
        ],
        "resources": [
            {
                "key": "police_person",
                "title": "人口基本信息",
                "catalogue": "person",
                "system": "police",
                "table": "person",
                "lookup": {"subject": "person", "scheme": "id_number", "columns": ["id_number"]},
                "fields": [{"key": "name", "title": "姓名", "type": "text"}],
            }
        ],
    }
    for path, value in changes.items():
        part, place, field = path.split("__")
        said[part][int(place)][field] = value
    return said


def codes(said: dict[str, Any]) -> set[str]:
    context = Context("test", settings.PROFILE_DIR, SYSTEM)
    return {problem.code for problem in loading.check(row_of(said), context)}


@pytest.mark.django_db
def test_what_is_not_shared_must_cite_its_law() -> None:
    refused = ENTRY | {"share": "not_shared", "conditions": ""}
    with pytest.raises(Refused) as caught:
        operations.put_entry("person", refused, SYSTEM)
    assert caught.value.code == "citation_missing"
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueEntry.objects.create(key="person", **refused)
    kept = operations.put_entry("person", refused | {"not_shared_citation": "《某法》第一条"}, SYSTEM)
    assert kept.share == "not_shared"


@pytest.mark.django_db
def test_secrets_never_enter_the_catalogue() -> None:
    with pytest.raises(Refused) as caught:
        operations.put_entry("person", ENTRY | {"secret": True}, SYSTEM)
    assert caught.value.code == "secret"
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueEntry.objects.create(key="person", secret=True, **ENTRY)


@pytest.mark.django_db
def test_a_resource_of_an_entry_that_is_not_shared_cannot_be_mounted() -> None:
    operations.put_system(
        "police", {"body_key": "430000.police", "title": "人口系统", "connection": "sqlite:police"}, SYSTEM
    )
    said = ENTRY | {"share": "not_shared", "conditions": "", "not_shared_citation": "《某法》第一条"}
    operations.put_entry("person", said, SYSTEM)
    with pytest.raises(Refused) as caught:
        operations.mount("police_person", "person", "police", {"title": "人口", "table": "person"}, SYSTEM)
    assert caught.value.code == "not_shared"


@pytest.mark.django_db
def test_only_stewards_register() -> None:
    officer = Actor(staff_id=new_id(), grants=frozenset({(new_id(), "receiver")}))
    with pytest.raises(Forbidden):
        operations.put_entry("person", ENTRY, officer)
    steward = Actor(staff_id=new_id(), body_key="430104.police", grants=frozenset({(new_id(), "steward")}))
    assert operations.put_system("police", {"body_key": "430104.police", "title": "人口系统"}, steward)
    with pytest.raises(Forbidden):
        operations.put_system("tax", {"body_key": "430104.tax", "title": "税务系统"}, officer)
    with pytest.raises(Forbidden) as caught:
        operations.put_entry("person", ENTRY, steward)
    assert caught.value.code == "not_configurator"


@pytest.mark.django_db
def test_the_profile_of_hunan_loads_and_a_second_time_changes_nothing() -> None:
    ((data, line, lines),) = read(settings.PROFILE_DIR, settings.PROFILE_DIR / "resources.yaml")
    section = next(s for s in sections() if s.kind == loading.KIND)
    row = Row(loading.KIND, section.key_of(data), "resources.yaml", line, data, lines)
    context = Context("hunan", settings.PROFILE_DIR, SYSTEM)
    assert [*shape(section, row), *section.validate(row, context)] == []
    for _ in range(2):
        section.apply(row, context)
        assert len(queries.resources()) == len(data["resources"])
    assert queries.resource("police_person").data_fields["sex"].codes["2"] == "女"
    assert queries.resource("health_birth").lookup.of == "mother"
    assert not queries.orphans().systems and not queries.orphans().entries


@pytest.mark.django_db
def test_what_the_profile_no_longer_says_is_taken_out_of_use() -> None:
    context = Context("test", settings.PROFILE_DIR, SYSTEM)
    loading.apply(row_of(content()), context)
    assert queries.has_field("police_person", "name") and not queries.has_field("police_person", "phone")
    fewer = content() | {"resources": []}
    loading.apply(row_of(fewer), context)
    with pytest.raises(Absent):
        queries.resource("police_person")
    assert [entry.key for entry in queries.orphans().entries] == ["person"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"catalogue__0__sharing": "refused"}, "citation_missing"),
        ({"catalogue__0__condition": ""}, "conditions_missing"),
        ({"catalogue__0__system": "tax"}, "system_unknown"),
        ({"resources__0__catalogue": "company"}, "entry_unknown"),
        ({"resources__0__table": 'person"; DROP TABLE person; --'}, "column_name"),
        ({"resources__0__sensitive": ["religion"]}, "field_unknown"),
    ],
)
def test_each_mistake_in_a_profile_has_its_code(changes: dict[str, Any], code: str | None) -> None:
    assert (code is None and codes(content(**changes)) == set()) or code in codes(content(**changes))


def test_forms_of_a_profile_that_is_being_checked_may_refer_to_what_it_declares() -> None:
    codes(content())
    assert loading.declared("police_person", "name") and not loading.declared("police_person", "phone")
