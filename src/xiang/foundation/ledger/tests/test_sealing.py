"""Sealing, signing, witnessing, exporting and proving, in one process."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused, Unavailable
from xiang.foundation.ledger import (
    canonical,
    exports,
    merkle,
    notes,
    operations,
    proofs,
    queries,
    sealer,
    tree,
    witness,
)
from xiang.foundation.ledger.models import Checkpoint, Entry, Fence, Node, WitnessMemory
from xiang.foundation.outbox import worker
from xiang.foundation.trust import keys, signing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_exports(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "folder", lambda: tmp_path / "ledger")
    return tmp_path / "ledger"


def write(count: int) -> list[Entry]:
    return [operations.record("test.thing", "system", {"n": str(n)}) for n in range(count)]


def test_entries_get_contiguous_places_in_the_order_of_their_ids():
    made = write(12)
    assert sealer.seal_pending(chunk=5) == 12
    assert list(Entry.objects.order_by("id").values_list("leaf_index", flat=True)) == list(range(12))
    assert sealer.seal_pending() == 0
    assert tree.size() == 12
    leaves = [merkle.leaf_digest(canonical.entry_bytes(e)) for e in sorted(made, key=lambda e: e.id)]
    growth = merkle.Growth()
    for leaf in leaves:
        growth.append(leaf)
    assert tree.root(12) == growth.root()


def test_an_entry_that_commits_late_is_not_lost():
    first, late = Entry(kind="x", at=instant.now(), actor_ref="s"), operations.record("x", "s", {})
    assert first.id < late.id
    sealer.seal_pending()
    first.save()
    assert sealer.seal_pending() == 1
    assert Entry.objects.get(id=first.id).leaf_index == 1


def test_a_sealer_whose_fence_was_taken_changes_nothing():
    write(3)
    sealer.seal_pending()
    write(2)
    stale = Fence.objects.get()
    Fence.objects.update(owner="another", epoch=stale.epoch + 1)
    with pytest.raises(sealer.FencedOff):
        sealer._hold(stale.owner, stale.epoch)
    with pytest.raises(sealer.FencedOff), transaction.atomic():
        sealer._seal_chunk(stale, 10)
    assert Entry.objects.filter(leaf_index=None).count() == 2
    assert Node.objects.count() == 4
    assert sealer.seal_pending() == 2


def test_a_checkpoint_is_signed_witnessed_and_exported(own_exports):
    assert sealer.seal_and_checkpoint() is None
    write(3)
    made = sealer.seal_and_checkpoint()
    note = f"{notes.origin()}\n3\n{tree.root(3).hex()}\n{canonical.moment(made.at)}\n".encode()
    assert signing.verify(note, notes.signature_of(made), "ledger")
    said = note + f"witnessed by {made.witness_name} at {canonical.moment(made.witnessed_at)}\n".encode()
    assert signing.verify(said, notes.countersignature_of(made), "witness")
    assert list(exports.exported()) == [notes.to_json(made)]
    assert sealer.seal_and_checkpoint() == made
    assert len(list(exports.exported())) == 1


def test_the_worker_seals():
    write(2)
    assert "ledger.seal" in worker._periodic
    worker._periodic["ledger.seal"].function()
    assert queries.latest_checkpoint().size == 2


def test_checkpoints_outlive_a_rotation_of_both_keys():
    write(1)
    sealer.seal_and_checkpoint()
    keys.rotate("ledger"), keys.rotate("witness")
    write(1)
    made = sealer.seal_and_checkpoint()
    assert made.key_id == keys.current("ledger").id
    assert made.witness_signature
    assert proofs.verify_all().ok


class TestWitness:
    def test_it_refuses_a_log_that_was_rewritten(self):
        write(4)
        sealer.seal_and_checkpoint()
        WitnessMemory.objects.update(root="00" * 32)
        write(1)
        made = sealer.seal_and_checkpoint()
        assert made.witness_signature == ""
        assert not queries.health().witnessed

    def test_it_refuses_a_log_that_became_shorter(self):
        write(4)
        sealer.seal_and_checkpoint()
        WitnessMemory.objects.update(size=9)
        write(1)
        assert sealer.seal_and_checkpoint().witness_signature == ""

    def test_it_refuses_a_checkpoint_that_the_ledger_did_not_sign(self):
        write(1)
        made = sealer.seal_and_checkpoint()
        forged = witness.Seen(made.origin, 2, b"\1" * 32, made.at, notes.signature_of(made))
        with pytest.raises(Refused):
            witness.witness().countersign(forged, lambda first, second: [])

    def test_when_it_does_not_answer_sealing_goes_on_and_it_signs_later(self, monkeypatch):
        class Away:
            name = "远方见证方"

            def countersign(self, shown, prove):
                raise Unavailable("witness_away", "见证方没有回应")

        present = witness.witness()
        write(1)
        monkeypatch.setattr(sealer, "witness", Away)
        assert sealer.seal_and_checkpoint().witness_signature == ""
        monkeypatch.setattr(sealer, "witness", lambda: present)
        assert sealer.seal_and_checkpoint().witness_name == present.name


class TestProofs:
    def test_a_proof_of_an_entry_leads_to_the_signed_root(self):
        made = write(7)
        sealer.seal_and_checkpoint()
        proof = proofs.prove(made[2].id)
        path = [bytes.fromhex(digest) for digest in proof["path"]]
        leaf = merkle.leaf_digest(proof["entry"].encode())
        assert merkle.root_by_inclusion(leaf, proof["index"], 7, path).hex() == proof["checkpoint"]["root"]
        json.dumps(proof)

    def test_a_proof_takes_few_queries_however_long_the_log(self, django_assert_max_num_queries):
        made = write(300)
        sealer.seal_and_checkpoint()
        with django_assert_max_num_queries(4):
            proofs.prove(made[150].id)

    def test_an_entry_just_written_is_not_sealed_yet(self):
        (entry,) = write(1)
        with pytest.raises(Refused) as wrong:
            proofs.prove(entry.id)
        assert wrong.value.code == "not_sealed_yet"
        sealer.seal_pending()
        with pytest.raises(Refused):
            proofs.prove(entry.id)

    def test_an_unknown_entry_is_absent(self):
        with pytest.raises(Absent):
            proofs.prove("01890000-0000-7000-8000-000000000001")
        with pytest.raises(Absent):
            proofs.consistency(1, 2)

    def test_a_payload_is_disclosed_only_when_asked_for(self):
        entry = operations.record("x", "system", {}, payload={"name": "张三"})
        sealer.seal_and_checkpoint()
        assert "payload" not in proofs.prove(entry.id)
        assert proofs.prove(entry.id, disclose=True)["payload"]["content"] == {"name": "张三"}
        operations.erase_payload(entry, "staff:1", "asked")
        assert proofs.prove(entry.id)["index"] == 0
        with pytest.raises(Refused):
            proofs.prove(entry.id, disclose=True)


class TestFullDisk:
    def test_a_checkpoint_that_cannot_be_written_says_so_and_is_written_later(self, own_exports, caplog):
        write(2)
        own_exports.mkdir()
        file = own_exports / f"checkpoints-{instant.now():%Y-%m}.jsonl"
        file.symlink_to("/dev/full")
        with pytest.raises(Unavailable) as wrong:
            sealer.seal_and_checkpoint()
        assert wrong.value.code == "checkpoint_not_written"
        assert "No space left" in caplog.text
        assert queries.health().unexported == 1
        file.unlink()
        write(1)
        sealer.seal_and_checkpoint()
        assert [line["size"] for line in exports.exported()] == [2, 3]
        assert queries.health().unexported == 0

    def test_a_line_torn_by_a_crash_is_passed_over(self, own_exports):
        write(1)
        sealer.seal_and_checkpoint()
        (file,) = own_exports.iterdir()
        with file.open("ab") as stream:
            stream.write(b'{"origin":"half')
        write(1)
        sealer.seal_and_checkpoint()
        assert [line["size"] for line in exports.exported()] == [1, 2]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite lets a test bound its file")
@pytest.mark.django_db(transaction=True)
def test_a_database_without_room_says_so_and_recovers_by_itself(caplog):
    with transaction.atomic():
        write(400)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        with pytest.raises(Unavailable) as wrong:
            sealer.seal_and_checkpoint()
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert wrong.value.code == "ledger_not_sealed"
    assert "cannot be sealed" in caplog.text
    assert Entry.objects.filter(leaf_index=None).count() == 400
    assert sealer.seal_and_checkpoint().size == 400


class TestCommand:
    def test_verify_prove_keys_consistency_and_export(self, tmp_path, capsys):
        made = write(3)
        call_command("ledger", "seal")
        write(2)
        call_command("ledger", "seal")
        capsys.readouterr()
        call_command("ledger", "verify", "--exports", "--json")
        assert json.loads(capsys.readouterr().out)["ok"] is True
        call_command("ledger", "verify")
        assert "账本完整" in capsys.readouterr().out
        call_command("ledger", "prove", str(made[0].id))
        assert json.loads(capsys.readouterr().out)["format"] == proofs.INCLUSION
        call_command("ledger", "consistency", "3", "5")
        assert json.loads(capsys.readouterr().out)["format"] == proofs.CONSISTENCY
        call_command("ledger", "keys", "--json")
        assert {key["purpose"] for key in json.loads(capsys.readouterr().out)} == {"ledger", "witness"}
        call_command("ledger", "export", str(tmp_path / "out"))
        assert len((tmp_path / "out" / "entries.jsonl").read_text().splitlines()) == 5

    def test_a_tampered_log_exits_with_one(self, capsys):
        write(3)
        sealer.seal_and_checkpoint()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_entry SET kind = 'other' WHERE leaf_index = 1")
        with pytest.raises(SystemExit) as stop:
            call_command("ledger", "verify")
        assert stop.value.code == 1
        assert "第 1 条" in capsys.readouterr().out

    def test_a_refusal_is_told_by_its_code(self):
        (entry,) = write(1)
        with pytest.raises(CommandError, match="not_sealed_yet"):
            call_command("ledger", "prove", str(entry.id))


class TestLag:
    def test_it_is_the_age_of_the_oldest_unsealed_entry(self):
        assert queries.sealing_lag() == timedelta()
        start = instant.now()
        with instant.frozen_at(start):
            write(1)
        with instant.frozen_at(start + timedelta(seconds=40)):
            write(1)
        with instant.frozen_at(start + timedelta(seconds=100)):
            assert queries.sealing_lag() == timedelta(seconds=100)
            sealer.seal_pending()
            assert queries.sealing_lag() == timedelta()


def test_checkpoints_are_listed_newest_first():
    for _ in range(3):
        write(1)
        sealer.seal_and_checkpoint()
    first = queries.checkpoints(size=2)
    assert [c.size for c in first.rows] == [3, 2]
    assert [c.size for c in queries.checkpoints(first.next, size=2).rows] == [1]
    assert Checkpoint.objects.count() == 3
