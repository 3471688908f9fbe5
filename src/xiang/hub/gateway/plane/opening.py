"""Addresses of kept connections: opened here, as late as possible, with the key files of the data folder.

The envelope is the one that ``foundation.trust.envelopes`` makes (version 1, SM4-GCM); that module stands on Django's
settings, so the few lines that open it are said again.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from xiang.hub.gateway.plane.stores import Unreachable

_VERSION, _ALGORITHM = 1, "SM4-GCM"
_NONCE, _TAG = 12, 16


def opened(sealed: str, bound: str, data: Path) -> str:
    """The address; ``Unreachable('not_configured')`` when it cannot be opened with the keys that are here."""
    try:
        envelope = json.loads(sealed)
        if (envelope["v"], envelope["alg"]) != (_VERSION, _ALGORITHM):
            raise ValueError(envelope["v"])
        key = _decrypted(_key(envelope["kek"], data), envelope["key"], f"key/{bound}")
        return str(json.loads(_decrypted(key, envelope["data"], f"data/{bound}")))
    except (ValueError, KeyError, TypeError, OSError, InvalidTag) as wrong:
        raise Unreachable("not_configured") from wrong


def _key(name: str, data: Path) -> bytes:
    for file in (data / "secrets" / "keys").glob("envelope-*.json"):
        kept: dict[str, Any] = json.loads(file.read_text())
        if kept["id"] == name:
            return bytes.fromhex(kept["secret"])
    raise KeyError(name)


def _decrypted(key: bytes, text: str, context: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    nonce, body, tag = raw[:_NONCE], raw[_NONCE:-_TAG], raw[-_TAG:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(f"xiang-envelope/{_VERSION}/{_ALGORITHM}/{context}".encode())
    return cipher.update(body) + cipher.finalize()
