"""What dies, fills up, goes away or cannot be read while clients ask: not one answer without its record."""

from __future__ import annotations

import resource as limits
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xiang.hub.gateway.tests.cluster import Cluster, own_cluster
from xiang.hub.gateway.tests.load import Load
from xiang.hub.gateway.tests.stage import LI, Stage, plan, staged


def test_not_one_answer_without_its_record_whatever_is_killed(stage: Stage) -> None:
    with Load(stage, 8) as load:
        for _ in range(4):
            seen = len(load.served)
            stage.until(lambda seen=seen: len(load.served) > seen + 25)
            stage.servers[-1].kill()
            stage.servers[-1].wait()
            port = stage.port
            stage.start()
            assert stage.port != port or stage.health()
    kept = {facts["id"] for facts in stage.calls() if facts["outcome"] == "served"}
    assert len(load.served) > 100
    assert set(load.served) <= kept
    assert len(set(load.served)) == len(load.served)


def test_a_database_that_breaks_off_leaves_no_answer_without_its_record(bare: Stage) -> None:
    if bare.engine == "sqlite":
        pytest.skip("a file has no server that could break off")
    bare.publish_all()
    bare.start()
    with Load(bare, 8) as load:
        for _ in range(5):
            seen = len(load.served)
            bare.until(lambda seen=seen: len(load.served) > seen + 20)
            bare.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    kept = {facts["id"] for facts in bare.calls()}
    assert set(load.served) <= kept
    assert {answer.code for _, answer in load.answers} <= {
        "",
        "audit_unavailable",
        "source_unreachable",
        "out_of_touch",
    }
    bare.until(lambda: bare.ask().status == 200)


def test_when_records_cannot_be_written_nobody_is_answered(stage: Stage) -> None:
    stage.sql("ALTER TABLE gateway_call RENAME TO gateway_call_away")
    answer = stage.ask()
    assert (answer.status, answer.code) == (503, "audit_unavailable")
    assert "rows" not in answer.said
    stage.sql("ALTER TABLE gateway_call_away RENAME TO gateway_call")
    stage.until(lambda: stage.ask().status == 200)


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with own_cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def test_a_database_server_killed_under_load_has_kept_the_record_of_every_answer(
    cluster: Cluster, tmp_path: Path, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), staged("postgresql", tmp_path, cluster.url) as stage:
        stage.publish_all()
        stage.start()
        with Load(stage, 8) as load:
            for _ in range(3):
                seen = len(load.served)
                stage.until(lambda seen=seen: len(load.served) > seen + 40)
                cluster.kill()
                cluster.start()
        kept = {facts["id"] for facts in stage.calls() if facts["outcome"] == "served"}
        assert len(load.served) > 120
        assert set(load.served) <= kept


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of another process")
@pytest.mark.parametrize("bare", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_refuses_and_recovers_by_itself(bare: Stage) -> None:
    bare.publish_all()
    number = bare.start().pid
    assert bare.ask().status == 200
    most = limits.prlimit(number, limits.RLIMIT_FSIZE)
    size = (bare.data / "records.sqlite3-wal").stat().st_size
    limits.prlimit(number, limits.RLIMIT_FSIZE, (size, most[1]))
    bare.until(lambda: bare.ask().code == "audit_unavailable")
    refused = [bare.ask() for _ in range(5)]
    assert {answer.code for answer in refused} == {"audit_unavailable"}
    assert not any("rows" in answer.said for answer in refused)
    limits.prlimit(number, limits.RLIMIT_FSIZE, most)
    bare.until(lambda: bare.ask().status == 200)
    assert bare.ask().said["call"] in {facts["id"] for facts in bare.calls()}


def test_a_process_that_cannot_see_what_is_published_serves_nothing(stage: Stage) -> None:
    stage.sql("ALTER TABLE gateway_publication RENAME TO gateway_publication_away")
    taken = stage.until(lambda: stage.ask().code == "out_of_touch")
    assert taken < 1 + 1  # a second, and what a busy machine takes
    assert stage.health()["state"] == "out_of_touch"
    stage.sql("ALTER TABLE gateway_publication_away RENAME TO gateway_publication")
    stage.until(lambda: stage.ask().status == 200)


def test_a_document_that_cannot_be_read_is_as_if_it_were_gone(stage: Stage) -> None:
    stage.publish(("plan", "g2", {"version": 99}), ("settings", "gateway", {"proxies": ["not a network"]}))
    stage.until(lambda: stage.health()["version"] == stage.version)
    assert stage.ask().status == 200
    stage.publish(("plan", "g1", {"nothing": "known"}))
    stage.until(lambda: stage.ask().code == "no_grant")
    stage.publish(("plan", "g1", plan()))
    stage.until(lambda: stage.ask().status == 200)


def test_a_client_that_leaves_in_the_middle_of_its_question_leaves_no_trace(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.port)) as connection:
        connection.sendall(b"POST /v1/resources/people/query HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    assert stage.ask().status == 200
    assert stage.ask({"subject": LI}).code == "input_invalid"
    assert (stage.data / "plane.log").read_text() == ""
    assert len(stage.calls()) == 1
