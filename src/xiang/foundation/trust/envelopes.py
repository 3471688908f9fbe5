"""Sealed envelopes (加密信封): personal values encrypted with a data key of their own, bound to their context.

An envelope is a small dictionary that any JSON column keeps::

    {"v": 1, "alg": "SM4-GCM", "kek": "<key id>", "key": "<data key, wrapped>", "data": "<values, sealed>"}

The context says where it belongs (``"cases.case:<id>"``): an envelope moved elsewhere does not open. Destroying it
drops the wrapped data key; then nobody can read the values, and the fact that there was something remains. Copies in
backups die with the backups.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Any

from xiang.foundation.trust import keys
from xiang.foundation.trust.errors import BrokenSeal, Erased
from xiang.foundation.trust.providers import SM4, provider

VERSION = 1
_DATA_KEY = 16
_MAGIC = b"XSE1"

Envelope = dict[str, Any]


def seal(values: Any, context: str) -> Envelope:
    """Seal JSON values (no dates, no decimals: what goes in comes out the same)."""
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    head, sealed = _sealed(plain, context)
    return {**head, "data": _text(sealed)}


def open(sealed: Mapping[str, Any], context: str) -> Any:
    """The values; ``Erased`` when they were destroyed, ``BrokenSeal`` when anything was changed or moved."""
    data_key = _data_key(sealed, context)
    return json.loads(provider().decrypt(data_key, _bytes(sealed.get("data")), _bound("data", context)))


def seal_bytes(data: bytes, context: str) -> bytes:
    """The same for a file: a magic number, the length of the head, the head as JSON, the sealed bytes."""
    head, sealed = _sealed(data, context)
    text = json.dumps(head, separators=(",", ":")).encode()
    return _MAGIC + len(text).to_bytes(2, "big") + text + sealed


def open_bytes(sealed: bytes, context: str) -> bytes:
    """The bytes of a sealed file; ``BrokenSeal`` when anything was changed or moved."""
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(sealed[len(_MAGIC) : start], "big")
    try:
        head = json.loads(sealed[start:end])
    except ValueError:
        head = None
    if not sealed.startswith(_MAGIC) or not isinstance(head, dict):
        raise BrokenSeal
    return provider().decrypt(_data_key(head, context), sealed[end:], _bound("data", context))


def destroy(sealed: Mapping[str, Any]) -> Envelope:
    """The envelope without its data key and content: what is to be kept after erasure."""
    return {"v": sealed.get("v", VERSION), "alg": sealed.get("alg", SM4), "kek": None, "key": None, "data": None}


def is_destroyed(sealed: Mapping[str, Any]) -> bool:
    """Whether the data key is gone."""
    return sealed.get("key") is None


def rewrap(sealed: Mapping[str, Any], context: str) -> Envelope:
    """The same envelope with its data key under the current key-encryption key (after a rotation)."""
    kek = keys.current("envelope").id
    wrapped = provider().wrap(kek, _data_key(sealed, context), _bound("key", context))
    return {**sealed, "kek": kek, "key": _text(wrapped)}


def _sealed(plain: bytes, context: str) -> tuple[Envelope, bytes]:
    data_key = secrets.token_bytes(_DATA_KEY)
    kek = keys.current("envelope").id
    wrapped = provider().wrap(kek, data_key, _bound("key", context))
    head = {"v": VERSION, "alg": SM4, "kek": kek, "key": _text(wrapped)}
    return head, provider().encrypt(data_key, plain, _bound("data", context))


def _data_key(sealed: Mapping[str, Any], context: str) -> bytes:
    if sealed.get("v") != VERSION or sealed.get("alg") != SM4:
        raise BrokenSeal("unknown_envelope", "不认识这份加密数据的格式。")
    if is_destroyed(sealed):
        raise Erased
    return provider().unwrap(str(sealed.get("kek")), _bytes(sealed["key"]), _bound("key", context))


def _bound(part: str, context: str) -> bytes:
    return f"xiang-envelope/{VERSION}/{SM4}/{part}/{context}".encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise BrokenSeal from None
