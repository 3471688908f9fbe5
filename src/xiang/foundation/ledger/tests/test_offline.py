"""The offline verifier as a stranger runs it: another process, none of our packages, the public key alone."""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from xiang.foundation.ledger import exports, operations, proofs, sealer
from xiang.foundation.trust import keys, signing

TOOL = Path(__file__).parents[5] / "tools" / "verify_proof.py"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_exports(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "folder", lambda: tmp_path / "ledger")


@pytest.fixture
def run(tmp_path):
    """Run the tool in an empty folder with an empty environment: exit code and answer."""

    def verify(proof: object, *options: str) -> tuple[int, dict]:
        file = tmp_path / "proof.json"
        file.write_text(proof if isinstance(proof, str) else json.dumps(proof, ensure_ascii=False))
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(TOOL), str(file), *options, "--json"],
            capture_output=True,
            text=True,
            env={"PYTHONUTF8": "1"},
            cwd=tmp_path,
        )
        return done.returncode, json.loads(done.stdout)

    return verify


def public(purpose: str) -> str:
    return keys.current(purpose).public.hex()


def write(count: int):
    return [operations.record("case.accept", "staff:1", {"n": str(n), "名": "湘"}) for n in range(count)]


def test_an_entry_is_proved_with_nothing_but_the_public_keys(run):
    made = write(11)
    sealer.seal_and_checkpoint()
    for entry in made:
        proof = proofs.prove(entry.id)
        code, said = run(proof, "--key", public("ledger"), "--witness-key", public("witness"), "--entry", str(entry.id))
        assert (code, said["ok"], said["entry"]["id"]) == (0, True, str(entry.id))
        assert said["witness"] == "演示见证方"


def test_keys_come_as_hexadecimal_as_file_as_pem_or_as_list(run, tmp_path):
    (entry,) = write(1)
    sealer.seal_and_checkpoint()
    proof = proofs.prove(entry.id)
    (tmp_path / "key.hex").write_text(public("ledger") + "\n")
    (tmp_path / "key.pem").write_text(signing.public_pem(keys.current("ledger").id))
    (tmp_path / "keys.json").write_text(json.dumps(exports.public_keys()))
    for name in ("key.hex", "key.pem", "keys.json"):
        assert run(proof, "--key", name)[0] == 0
    assert run(proof, "--key", "keys.json", "--witness-key", "keys.json")[1]["witness"]


def test_a_proof_from_before_a_rotation_needs_the_old_key(run):
    old = public("ledger")
    (entry,) = write(1)
    sealer.seal_and_checkpoint()
    keys.rotate("ledger")
    proof = proofs.prove(entry.id)
    assert run(proof, "--key", public("ledger"))[1]["code"] == "bad_signature"
    assert run(proof, "--key", public("ledger"), "--key", old)[0] == 0


def changed(proof: dict, path: str, value: object) -> dict:
    other = copy.deepcopy(proof)
    *way, last = path.split(".")
    place = other
    for step in way:
        place = place[step]
    place[last] = value
    return other


def test_nothing_in_a_proof_can_be_changed(run):
    made = write(6)
    sealer.seal_and_checkpoint()
    proof = proofs.prove(made[2].id)
    both = ("--key", public("ledger"), "--witness-key", public("witness"))
    other = made[3]
    forgeries = {
        "entry": (proof["entry"].replace("accept", "revoke"), "not_included"),
        "index": (3, "not_included"),
        "path": (proof["path"][:-1], "bad_path"),
        "checkpoint.size": (7, "bad_signature"),
        "checkpoint.root": ("00" * 32, "bad_signature"),
        "checkpoint.at": ("2020-01-01T00:00:00.000000Z", "bad_signature"),
        "checkpoint.origin": ("xiang/another/ledger", "bad_signature"),
        "checkpoint.witness": (None, "no_witness"),
        "checkpoint.witness.name": ("别人", "bad_countersignature"),
    }
    for path, (value, expected) in forgeries.items():
        code, said = run(changed(proof, path, value), *both)
        assert (path, code, said["code"]) == (path, 1, expected)
    code, said = run(proof, *both, "--entry", str(other.id))
    assert (code, said["code"]) == (1, "another_entry")


def test_what_cannot_be_read_exits_with_two(run):
    (entry,) = write(1)
    sealer.seal_and_checkpoint()
    proof, key = proofs.prove(entry.id), public("ledger")
    spaced = json.dumps(json.loads(proof["entry"]), sort_keys=True)
    for bad in ("nonsense", {}, [], {"format": "x"}, changed(proof, "path", ["zz"]), changed(proof, "entry", spaced)):
        assert run(bad, "--key", key)[0] == 2
    assert run(changed(proof, "checkpoint.origin", "a\n1"), "--key", key)[0] == 2
    assert run(proof)[0] == 2
    assert run(proof, "--key", "nowhere.pem")[0] == 2
    assert run(proof, "--key", key, "--witness-key", key)[0] == 2


def test_growth_between_two_checkpoints_is_proved_and_a_fork_is_not(run):
    for size in (3, 5, 8):
        write(size - (sealer.checkpoint().size if size > 3 else 0))
        sealer.seal_and_checkpoint()
    both = ("--key", public("ledger"), "--witness-key", public("witness"))
    for first, second in ((3, 5), (3, 8), (5, 8), (8, 8)):
        proof = proofs.consistency(first, second)
        code, said = run(proof, *both)
        assert (code, said["first"]["size"], said["second"]["size"]) == (0, first, second)
    proof = proofs.consistency(5, 8)
    assert run(changed(proof, "path", proof["path"][::-1]), *both)[1]["code"] == "not_consistent"
    assert run(changed(proof, "first", proofs.consistency(3, 8)["first"]), *both)[1]["code"] == "not_consistent"


def test_a_disclosed_payload_is_checked_and_an_erased_one_still_proves(run):
    entry = operations.record("x", "system", {}, payload={"name": "张三", "n": [1, None, True]})
    sealer.seal_and_checkpoint()
    proof = proofs.prove(entry.id, disclose=True)
    key = ("--key", public("ledger"))
    assert run(proof, *key)[1]["payload"] == {"name": "张三", "n": [1, None, True]}
    assert run(changed(proof, "payload.content.name", "李四"), *key)[1]["code"] == "another_payload"
    operations.erase_payload(entry, "staff:1", "asked")
    sealer.seal_and_checkpoint()
    assert run(proofs.prove(entry.id), *key)[0] == 0


def test_a_whole_exported_log_is_checked(tmp_path):
    for _ in range(3):
        write(4)
        sealer.seal_and_checkpoint()
    write(2)
    sealer.seal_pending()
    exports.write_log(tmp_path / "out")

    logged = ["--log", "entries.jsonl", "--checkpoint", "checkpoints.jsonl"]
    both = ["--key", "keys.json", "--witness-key", "keys.json"]

    def check() -> tuple[int, dict]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(TOOL), "--json", *logged, *both],
            capture_output=True,
            text=True,
            cwd=tmp_path / "out",
        )
        return done.returncode, json.loads(done.stdout)

    assert check() == (0, {"kind": "log", "size": 14, "checkpoints": 3, "unsigned": 2, "ok": True})
    log = tmp_path / "out" / "entries.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    for bad in (lines[:5] + lines[6:], [*lines[:4], lines[5], lines[4], *lines[6:]], lines[1:]):
        log.write_text("".join(bad))
        assert check()[0] == 1
    log.write_text("".join(lines[:10]))
    assert check()[1]["code"] == "log_cut"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("verify_proof", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_imports_nothing_but_the_standard_library():
    tree = ast.parse(TOOL.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_its_own_sm3_is_the_standards(tool):
    for size in (0, 1, 55, 56, 63, 64, 65, 1000):
        data = bytes(i % 251 for i in range(size))
        assert tool.sm3_pure(data) == hashlib.new("sm3", data).digest()


def test_it_does_without_the_machines_sm3(tool, monkeypatch):
    def absent(name, data=b""):
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setattr(hashlib, "new", absent)
    assert tool.sm3_of_this_machine() is tool.sm3_pure


def test_its_own_sm2_agrees_with_the_signing_engine(tool):
    made = signing.sign("credentials", b"data")
    point = keys.current("credentials").public
    assert tool.sm2_holds(point, b"data", made.value)
    assert not tool.sm2_holds(point, b"datA", made.value)
    for i in range(0, len(made.value), 7):
        broken = made.value[:i] + bytes([made.value[i] ^ 1]) + made.value[i + 1 :]
        assert not tool.sm2_holds(point, b"data", broken)
