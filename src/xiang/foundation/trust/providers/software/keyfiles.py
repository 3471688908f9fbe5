"""Key files: ``<data>/secrets/keys/<purpose>-<number>.json``, mode 0600, written once and never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.trust.durable import write_once
from xiang.foundation.trust.errors import KeyMissing
from xiang.foundation.trust.providers import KeyInfo

_NAME = re.compile(r"^[a-z]+(\.[0-9a-f]+)?-\d{3,}\.json$")


class KeyFiles:
    """A folder of keys. Reads are remembered until the folder changes, so a rotation reaches every process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: int | None = None
        self._infos: dict[str, KeyInfo] = {}
        self._secrets: dict[str, bytes] = {}

    def infos(self, purpose: str) -> list[KeyInfo]:
        """The keys of a purpose, oldest first."""
        self._refresh()
        return sorted((k for k in self._infos.values() if k.purpose == purpose), key=lambda k: k.number)

    def info(self, key_id: str) -> KeyInfo:
        """The key with this id; looks at the folder again before it says that there is none."""
        self._refresh()
        if key_id not in self._infos:
            self._refresh(force=True)
        try:
            return self._infos[key_id]
        except KeyError:
            raise KeyMissing(key_id) from None

    def secret(self, key_id: str) -> bytes:
        """The key material."""
        self.info(key_id)
        return self._secrets[key_id]

    def write(self, info: KeyInfo, secret: bytes) -> KeyInfo:
        """Keep a new key; when its number is already taken (another process was faster), the key that took it."""
        target = self.folder / f"{info.purpose}-{info.number:03d}.json"
        write_once(target, json.dumps(_to_json(info, secret)).encode(), mode=0o600)
        self._refresh(force=True)
        return next(k for k in self.infos(info.purpose) if k.number == info.number)

    def too_open(self) -> list[Path]:
        """Key files that others than their owner may read."""
        return [file for file in self._files() if file.stat().st_mode & 0o077]

    def _files(self) -> list[Path]:
        try:
            return [file for file in self.folder.iterdir() if _NAME.match(file.name)]
        except FileNotFoundError:
            return []

    def _refresh(self, force: bool = False) -> None:
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            self._infos, self._secrets = {}, {}
            return
        if changed == self._seen and not force:
            return
        infos: dict[str, KeyInfo] = {}
        material: dict[str, bytes] = {}
        for file in self._files():
            info, secret = _from_json(json.loads(file.read_text()))
            infos[info.id], material[info.id] = info, secret
        # Whole dictionaries are swapped in, so a thread in the middle of a read sees the old or the new, never half.
        self._secrets, self._infos = material, infos
        self._seen = changed


def _to_json(info: KeyInfo, secret: bytes) -> dict[str, Any]:
    return {
        "version": 1,
        "id": info.id,
        "purpose": info.purpose,
        "number": info.number,
        "algorithm": info.algorithm,
        "created_at": info.created_at.isoformat(),
        "public": info.public.hex(),
        "secret": secret.hex(),
    }


def _from_json(kept: Mapping[str, Any]) -> tuple[KeyInfo, bytes]:
    info = KeyInfo(
        id=kept["id"],
        purpose=kept["purpose"],
        number=kept["number"],
        algorithm=kept["algorithm"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        public=bytes.fromhex(kept["public"]),
    )
    return info, bytes.fromhex(kept["secret"])


def new_info(purpose: str, number: int, algorithm: Any, public: bytes, check: bytes) -> KeyInfo:
    """A key's description. Its id ends in a fingerprint, so that ids of two installations never collide."""
    return KeyInfo(f"{purpose}-{number:03d}-{check[:4].hex()}", purpose, number, algorithm, instant.now(), public)
