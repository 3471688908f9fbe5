"""Whatever somebody with the database changes behind our back is found, and the earliest entry is named."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from xiang.foundation.ledger import canonical, exports, merkle, operations, proofs, sealer
from xiang.foundation.ledger.models import Checkpoint, Entry
from xiang.foundation.ledger.tests.test_recording import use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    """Twelve entries, a payload (3) and a use (7) among them, under two checkpoints."""
    monkeypatch.setattr(exports, "folder", lambda: tmp_path / "ledger")
    for n in range(12):
        if n == 7:
            use()
        else:
            operations.record("test.thing", "staff:1", {"n": str(n)}, payload={"name": "张三"} if n == 3 else None)
        if n == 8:
            sealer.seal_and_checkpoint()
    sealer.seal_and_checkpoint()
    assert proofs.verify_all(with_exports=True).ok


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement, params)


def codes() -> set[str]:
    return {finding.code for finding in proofs.verify_all(with_exports=True).findings}


def first() -> tuple[str, int | None]:
    found = proofs.verify_all().first
    return found.code, found.index


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'other'",
        "actor_ref = 'staff:2'",
        "at = '2020-01-01 00:00:00+00:00'",
        'refs = \'{"n": "6"}\'',
        "refs = '{}'",
        "commitment = 'aa'",
        "version = 2",
        "case_id = id",
    ],
)
def test_a_changed_column_is_found_and_only_that_entry_is_named(change):
    sql(f"UPDATE ledger_entry SET {change} WHERE leaf_index = 5")
    report = proofs.verify_all()
    assert {(f.code, f.index) for f in report.findings} >= {("entry_changed", 5)}
    assert {f.index for f in report.findings} == {5}
    assert report.first.entry_id == str(Entry.objects.get(leaf_index=5).id)


def test_the_earliest_of_several_is_the_first():
    sql("UPDATE ledger_entry SET kind = 'other' WHERE leaf_index IN (2, 9)")
    assert first() == ("entry_changed", 2)


def test_a_deleted_entry_is_found():
    sql("DELETE FROM ledger_entry WHERE leaf_index = 5")
    assert first() == ("entry_missing", 5)


def test_a_deleted_entry_whose_successors_moved_up_is_found():
    sql("DELETE FROM ledger_entry WHERE leaf_index = 9")
    sql("UPDATE ledger_entry SET leaf_index = leaf_index + 1000 WHERE leaf_index > 9")
    sql("UPDATE ledger_entry SET leaf_index = leaf_index - 1001 WHERE leaf_index > 1000")
    assert first() == ("entry_changed", 9)


def test_two_entries_that_changed_places_are_found():
    for old, new in ((4, 100), (5, 4), (100, 5)):
        sql("UPDATE ledger_entry SET leaf_index = %s WHERE leaf_index = %s", new, old)
    assert {(f.code, f.index) for f in proofs.verify_all().findings} == {("entry_changed", 4), ("entry_changed", 5)}


def rebuild() -> None:
    """What a careful forger does: all nodes anew from the forged rows."""
    growth = merkle.Growth()
    for entry in Entry.objects.exclude(leaf_index=None).order_by("leaf_index"):
        for place, digest in growth.append(merkle.leaf_digest(canonical.entry_bytes(entry))):
            sql("UPDATE ledger_node SET digest = %s WHERE position = %s", digest, place)


def test_a_forger_who_rebuilds_the_tree_meets_the_signed_root():
    sql("UPDATE ledger_entry SET kind = 'other' WHERE leaf_index = 5")
    rebuild()
    report = proofs.verify_all()
    assert [f.code for f in report.findings] == ["root_differs"]
    assert "前 9 条" in report.findings[0].detail


def test_a_forger_who_also_changes_the_checkpoints_has_no_signature():
    sql("UPDATE ledger_entry SET kind = 'other' WHERE leaf_index = 5")
    rebuild()
    from xiang.foundation.ledger import tree

    for size in (9, 12):
        sql("UPDATE ledger_checkpoint SET root = %s WHERE size = %s", tree.root(size).hex(), size)
    assert {"bad_signature", "bad_countersignature"} <= codes()


def test_a_forger_who_drops_the_checkpoints_meets_the_witness_and_the_exports():
    sql("UPDATE ledger_entry SET kind = 'other' WHERE leaf_index = 5")
    rebuild()
    sql("DELETE FROM ledger_checkpoint")
    assert codes() == {"root_differs"}
    sql("DELETE FROM ledger_witnessmemory")
    assert proofs.verify_all().ok
    assert codes() == {"root_differs"}


def test_a_log_cut_short_is_found():
    sql("DELETE FROM ledger_entry WHERE leaf_index >= 9")
    sql("DELETE FROM ledger_node WHERE position > 16")
    sql("DELETE FROM ledger_checkpoint WHERE size = 12")
    sql("UPDATE ledger_fence SET size = 9")
    assert codes() == {"log_cut"}


def test_a_changed_node_is_found():
    sql("UPDATE ledger_node SET digest = %s WHERE position = 7", b"\0" * 32)
    assert codes() == {"node_changed"}


@pytest.mark.parametrize(
    "change", ["subject = 'blind:x'", "body_key = 'x'", "fields = '[]'", "case_number = ''", "actor_ref = 'staff:2'"]
)
def test_a_changed_use_of_data_is_found(change):
    sql(f"UPDATE ledger_datause SET {change}")
    assert first() == ("content_changed", 7)


def test_a_use_of_data_that_was_removed_is_found():
    sql("DELETE FROM ledger_datause")
    assert first() == ("content_missing", 7)


def test_a_changed_or_removed_payload_is_found():
    sql('UPDATE ledger_payload SET content = REPLACE(content, \'"data":"\', \'"data":"AAAA\')')
    assert first() == ("content_changed", 3)
    sql("DELETE FROM ledger_payload")
    assert first() == ("content_missing", 3)


def test_an_erasure_on_the_record_is_in_order_and_a_silent_one_is_not():
    entry = Entry.objects.get(leaf_index=3)
    operations.erase_payload(entry, "staff:1", "asked")
    sealer.seal_and_checkpoint()
    assert proofs.verify_all(with_exports=True).ok
    other = Entry.objects.get(leaf_index=0)
    sql(f"UPDATE ledger_payload SET erasure_id = (SELECT id FROM ledger_entry WHERE leaf_index = {other.leaf_index})")
    assert first() == ("erased_unsaid", 3)


def test_a_bad_line_among_the_exports_is_found():
    (file,) = exports.folder().iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("\n".join(json.dumps({**line, "size": line["size"] + 1}) for line in lines) + "\n")
    assert codes() == {"bad_export"}


def test_a_thousand_findings_are_counted_and_fifty_are_told():
    for n in range(70):
        operations.record("test.more", "staff:1", {"n": str(n)})
    sealer.seal_and_checkpoint()
    sql("UPDATE ledger_entry SET kind = 'other'")
    report = proofs.verify_all()
    assert len(report.findings) == 50 and report.more == 32 and not report.ok
    assert Checkpoint.objects.count() == 3
