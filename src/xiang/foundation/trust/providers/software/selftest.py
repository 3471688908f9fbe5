"""Known answers that the algorithms must give before anybody relies on them: builds of OpenSSL may leave SM out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cryptography.exceptions import UnsupportedAlgorithm

from xiang.foundation.trust import digest
from xiang.foundation.trust.providers import Problem
from xiang.foundation.trust.providers.software import sm2, sm4
from xiang.foundation.trust.providers.software.keyfiles import KeyFiles

SM3_ABC = bytes.fromhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")

# RFC 8998, appendix A.1
SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
SM4_NONCE = bytes.fromhex("00001234567800000000abcd")
SM4_CONTEXT = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
SM4_PLAIN = bytes.fromhex("aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8 + "ee" * 8 + "aa" * 8)
SM4_SEALED = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec"
)

# GB/T 32918.5, appendix A
SM2_PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
SM2_PUBLIC = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SM2_DATA = b"message digest"
SM2_SIGNATURE = bytes.fromhex(
    "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)


def sm3_answers() -> bool:
    """SM3 of ``abc``."""
    return digest.sm3(b"abc") == SM3_ABC


def sm4_answers() -> bool:
    """SM4-GCM of RFC 8998."""
    return sm4.encrypt(SM4_KEY, SM4_PLAIN, SM4_CONTEXT, SM4_NONCE)[sm4.NONCE :] == SM4_SEALED


def sm2_answers() -> bool:
    """The standard's signature holds, and its private key has its public key."""
    return sm2.engine().public(SM2_PRIVATE) == SM2_PUBLIC and sm2.verify(SM2_PUBLIC, SM2_DATA, SM2_SIGNATURE)


def problems(files: KeyFiles) -> list[Problem]:
    """What is amiss with the algorithms or the key files of this installation."""
    return list(_problems(files))


def _problems(files: KeyFiles) -> Iterator[Problem]:
    if not _holds(sm3_answers):
        yield Problem("E001", True, "SM3 is missing or wrong in Python's OpenSSL.", "Use an OpenSSL built with SM3.")
    if not _holds(sm4_answers):
        hint = "Install the cryptography wheel from PyPI, which brings its own OpenSSL with SM4."
        yield Problem("E002", True, "SM4-GCM is missing or wrong in cryptography's OpenSSL.", hint)
    if not _holds(sm2_answers):
        yield Problem("E003", True, "SM2 is missing or wrong.", "Install tongsuopy, or gmssl where it has no wheel.")
    elif sm2.engine().name == "gmssl":
        hint = "Install tongsuopy (x86-64 Linux) or use a cryptographic machine."
        yield Problem("W001", False, "SM2 runs in pure Python: some tens of signatures a second.", hint)
    for file in files.too_open():
        yield Problem("W002", False, f"Others may read the key file {file.name}.", f"chmod 600 {file}")


def _holds(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except (ImportError, ValueError, UnsupportedAlgorithm):
        return False
