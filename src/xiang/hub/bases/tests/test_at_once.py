"""Two departments report the same person at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from xiang.foundation.parties.actors import SYSTEM
from xiang.hub.bases import operations, queries
from xiang.hub.bases.models import Golden, Record
from xiang.hub.bases.operations import Resolved

from .conftest import put_terms
from .numbers import number

SOURCES = ("police", "health", "insurance")


def resolve_at_once(asked: list[tuple[str, str, dict[str, str]]]) -> list[Resolved]:
    """Each by a thread with a connection of its own, begun together."""
    barrier = Barrier(len(asked))

    def resolved(one: tuple[str, str, dict[str, str]]) -> Resolved:
        try:
            barrier.wait(20)
            return operations.resolve(*one, SYSTEM)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(resolved, asked))


@pytest.fixture
def registry(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("in memory, connections share one transaction; in a file the engine lets one write at a time")
    put_terms()
    said = {"kind": "person", "title": "人口库", "owner_key": "430000.police"}
    operations.put_registry("person", said, SYSTEM)
    for rank, key in enumerate(SOURCES, 1):
        operations.put_source(key, "person", {"title": key, "body_key": f"430000.{key}", "rank": rank}, SYSTEM)


@pytest.mark.parametrize("time", range(4))
def test_the_same_person_from_several_sources_at_once_is_one_golden_record(registry: None, time: int) -> None:
    liu = {"name": "刘芸", "id_number": number(time)}
    found = resolve_at_once([(source, "1", liu) for source in SOURCES])
    assert len({one.golden for one in found}) == Golden.objects.count() == 1
    assert sorted(one.outcome for one in found) == ["attach", "attach", "new"]
    assert {one.source.key for one in Record.objects.select_related("source")} == set(SOURCES)


def test_one_record_in_two_versions_at_once_stays_one_record(registry: None) -> None:
    versions = [{"name": "刘芸", "phone": "13800138000"}, {"name": "康乐", "phone": "13900139000"}]
    found = resolve_at_once([("police", "1", one) for one in versions])
    assert Record.objects.count() == Golden.objects.count() == 1
    assert {one.golden for one in found} == {queries.golden_of("police", "1")}
