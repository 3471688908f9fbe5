"""Keys: made once, by whoever is first, readable by their owner alone; rotated without losing the old ones."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command

from xiang.foundation.trust import envelopes, keys, providers, signing
from xiang.foundation.trust.errors import KeyMissing
from xiang.foundation.trust.providers.software import SoftwareProvider


@pytest.fixture
def house(tmp_path, settings):
    """An installation of its own, with no key yet."""
    settings.DATA = tmp_path
    providers.provider.cache_clear()
    yield tmp_path
    providers.provider.cache_clear()


def files(house: Path) -> list[Path]:
    return sorted((house / "secrets" / "keys").iterdir())


def test_the_first_use_makes_a_key_that_only_its_owner_may_read(house):
    key = keys.current("ledger")
    (file,) = files(house)
    assert file.name == "ledger-001.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert keys.current("ledger") == key == keys.find(key.id)
    assert len(key.public) == 65


def test_two_installations_never_have_the_same_key_id(house, tmp_path, settings):
    first = keys.current("blind").id
    settings.DATA = tmp_path / "other"
    providers.provider.cache_clear()
    assert keys.current("blind").id != first


def test_after_a_rotation_the_new_key_signs_and_the_old_one_still_verifies(house):
    before = signing.sign("documents", b"data")
    fresh = keys.rotate("documents")
    after = signing.sign("documents", b"data")
    assert after.key_id == fresh.id != before.key_id
    assert signing.verify(b"data", before) and signing.verify(b"data", after)
    assert [key.number for key in keys.every("documents")] == [2, 1]


def test_a_rotation_in_another_process_is_seen_here(house):
    first = keys.current("envelope")
    sealed = envelopes.seal({"a": 1}, "x")
    other = SoftwareProvider()
    fresh = other.create("envelope", after=first.number)
    assert keys.current("envelope").id == fresh.id
    assert envelopes.open(sealed, "x") == {"a": 1}
    again = envelopes.rewrap(sealed, "x")
    assert again["kek"] == fresh.id and again["data"] == sealed["data"]
    assert envelopes.open(again, "x") == {"a": 1}


def _make(folder: str, gate, answers) -> None:
    from django.conf import settings

    settings.DATA = Path(folder)
    providers.provider.cache_clear()
    gate.wait()
    answers.put(keys.current("credentials").id)


def test_processes_that_need_the_first_key_at_once_agree_on_one(house):
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(4), context.Queue()
    makers = [context.Process(target=_make, args=(str(house), gate, answers)) for _ in range(4)]
    for maker in makers:
        maker.start()
    found = {answers.get(timeout=30) for _ in makers}
    for maker in makers:
        maker.join()
    assert len(found) == 1
    assert [file.name for file in files(house)] == ["credentials-001.json"]


def test_an_unknown_key_id_says_so(house):
    with pytest.raises(KeyMissing):
        keys.find("ledger-009-deadbeef")
    assert not signing.verify(b"data", signing.Signature("ledger-009-deadbeef", "SM2-SM3", b"x"))


def test_a_key_of_another_purpose_does_not_pass(house):
    made = signing.sign("witness", b"data")
    assert signing.verify(b"data", made, "witness")
    assert not signing.verify(b"data", made, "ledger")
    with pytest.raises(ValueError, match="not a signing purpose"):
        signing.sign("envelope", b"data")


def test_a_public_key_is_given_out_as_openssl_takes_it(house):
    key = keys.current("ledger")
    lines = signing.public_pem(key.id).splitlines()
    assert lines[0] == "-----BEGIN PUBLIC KEY-----"
    assert signing.verify_with(signing.public_key(key.id), b"data", signing.sign("ledger", b"data"))


def test_a_key_file_that_others_may_read_is_reported_at_start(house):
    keys.current("ledger")
    files(house)[0].chmod(0o644)
    assert "trust.W002" in {message.id for message in checks.run_checks(tags=["security"])}


def test_the_command_shows_keys_without_secrets_and_rotates(house, capsys):
    call_command("keys", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert {row["purpose"] for row in shown} >= {"ledger", "witness", "envelope", "blind"}
    kept = {json.loads(file.read_text())["secret"] for file in files(house)}
    assert not any(secret in json.dumps(shown) for secret in kept)
    call_command("keys", "--rotate", "blind")
    assert keys.current("blind").number == 2
