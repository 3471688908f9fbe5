"""Known answers of the standards, and two engines that must agree with each other."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.trust import digest
from xiang.foundation.trust.errors import BrokenSeal
from xiang.foundation.trust.providers import provider
from xiang.foundation.trust.providers.software import selftest, sm2, sm4

ENGINES = [pytest.param(sm2.Gmssl, id="gmssl"), pytest.param(sm2.Tongsuo, id="tongsuo")]


def engine_of(kind):
    try:
        return kind()
    except ImportError:
        pytest.skip("this engine has no wheel for this machine")


def test_sm3_of_the_standard_texts():
    assert digest.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest.sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_a_keyed_digest_is_hmac_with_sm3():
    key, data = b"k" * 32, b"data"
    inner = hashlib.new("sm3", bytes(b ^ 0x36 for b in key.ljust(64, b"\0")) + data).digest()
    assert digest.mac(key, data) == hashlib.new("sm3", bytes(b ^ 0x5C for b in key.ljust(64, b"\0")) + inner).digest()


def test_sm4_block_of_the_standard():
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    block = Cipher(algorithms.SM4(key), modes.ECB()).encryptor().update(key)
    assert block.hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_of_rfc_8998_both_ways():
    assert selftest.sm4_answers()
    sealed = selftest.SM4_NONCE + selftest.SM4_SEALED
    assert sm4.decrypt(selftest.SM4_KEY, sealed, selftest.SM4_CONTEXT) == selftest.SM4_PLAIN


@pytest.mark.parametrize("cut", [0, 5, 27, -1])
def test_sm4_refuses_what_was_cut_short(cut):
    sealed = sm4.encrypt(b"k" * 16, b"plain", b"context")
    with pytest.raises(BrokenSeal):
        sm4.decrypt(b"k" * 16, sealed[:cut], b"context")


@pytest.mark.parametrize("kind", ENGINES)
def test_sm2_of_the_standard(kind):
    engine = engine_of(kind)
    assert engine.public(selftest.SM2_PRIVATE) == selftest.SM2_PUBLIC
    assert sm2.verify(selftest.SM2_PUBLIC, selftest.SM2_DATA, selftest.SM2_SIGNATURE, engine)
    assert not sm2.verify(selftest.SM2_PUBLIC, b"message digesT", selftest.SM2_SIGNATURE, engine)


@pytest.mark.parametrize(("signer", "checker"), [(sm2.Gmssl, sm2.Tongsuo), (sm2.Tongsuo, sm2.Gmssl)])
def test_what_one_engine_signs_the_other_verifies(signer, checker):
    signer, checker = engine_of(signer), engine_of(checker)
    for data in (b"", b"x", "湘".encode() * 500):
        private = sm2.new_private()
        public = signer.public(private)
        assert public == checker.public(private)
        value = signer.sign(private, data)
        assert sm2.verify(public, data, value, checker)
        assert not sm2.verify(public, data + b"!", value, checker)


@pytest.mark.parametrize("first", ["04", "00", "44", "40"])
@pytest.mark.parametrize("kind", ENGINES)
def test_a_public_key_that_begins_with_fours_and_zeros_works_too(kind, first):
    engine, fast = engine_of(kind), sm2.engine()
    private = next(d for d in range(1, 5000) if fast.public(d)[1:2].hex() == first)
    value = engine.sign(private, b"data")
    assert sm2.verify(engine.public(private), b"data", value, engine)


@pytest.mark.parametrize("kind", ENGINES)
def test_malformed_signatures_and_points_are_false_and_never_an_error(kind):
    engine = engine_of(kind)
    good, public = selftest.SM2_SIGNATURE, selftest.SM2_PUBLIC
    order = sm2.N.to_bytes(33, "big")
    out_of_range = b"\x30\x46\x02\x21" + order + b"\x02\x21" + order
    for bad in (b"", b"junk", good[:-1], good + b"\0", out_of_range, bytes(72), b"\x30\x06\x02\x01\x00\x02\x01\x01"):
        assert not sm2.verify(public, selftest.SM2_DATA, bad, engine)
    for bad in (b"", public[:-1], b"\x04" + bytes(64), b"\x02" + public[1:33], public[:-1] + b"\x00"):
        assert not sm2.verify(bad, selftest.SM2_DATA, good, engine)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=50))
def test_what_was_encrypted_decrypts_to_itself(plain, context):
    key = os.urandom(16)
    assert sm4.decrypt(key, sm4.encrypt(key, plain, context), context) == plain


def test_nothing_is_amiss_with_this_machine():
    assert [problem for problem in provider().problems() if problem.serious] == []
