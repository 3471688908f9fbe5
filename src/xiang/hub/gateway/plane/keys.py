"""Keys as the plane needs them: blind indexes of people, and secrets of applications derived from the same root.

Reads the key files that the software provider of ``foundation.trust`` writes (format 1), because that provider stands on
Django's settings. The indexes are the same as ``foundation.trust.blind`` makes.
"""

from __future__ import annotations

import hmac
import json
import unicodedata
from pathlib import Path

#: Kept apart from the schemes of people's numbers, so that no number's index is ever an application's secret.
KEY_SCHEME = "gateway.key"
TOKEN_SCHEME = "gateway.token"  # noqa: S105 - a name, not a secret


class NoKeys(RuntimeError):
    """There is no key to make indexes with: the application has not been set up on this data folder."""


class Keys:
    """The blind-index keys of a data folder."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "secrets" / "keys"
        self._changed = -1
        self._material: dict[str, bytes] = {}
        self._current = ""
        self._derived: dict[tuple[str, str], bytes] = {}

    def refresh(self) -> None:
        """Read the files again when there are new ones (a rotation)."""
        changed = self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0
        if changed == self._changed:
            return
        kept = [json.loads(file.read_text()) for file in self._folder.glob("blind-*.json")]
        kept.sort(key=lambda one: one["number"])
        self._material = {one["id"]: bytes.fromhex(one["secret"]) for one in kept}
        self._current = kept[-1]["id"] if kept else ""
        self._derived.clear()
        self._changed = changed

    @property
    def current(self) -> str:
        """The id of the newest key; :class:`NoKeys` when there is none."""
        if not self._current:
            raise NoKeys(str(self._folder))
        return self._current

    def index(self, value: str, scheme: str) -> str:
        """The blind index of a number (already :func:`normal`) under the current key."""
        data = f"{scheme}\x1f{value}".encode()
        return f"{self.current}:{hmac.digest(self._material[self._current], data, 'sm3').hex()}"

    def derived(self, root: str, name: str, scheme: str = KEY_SCHEME) -> bytes | None:
        """The 32 bytes that a key gives for a name; None when this installation does not hold the key."""
        found = self._derived.get((root, scheme + name))
        if found is None and root in self._material:
            data = f"{scheme}\x1f{normal(name)}".encode()
            found = self._derived[root, scheme + name] = hmac.digest(self._material[root], data, "sm3")
        return found


def normal(value: str) -> str:
    """One spelling: full-width digits narrow, no blanks, capital letters."""
    if value.isascii() and value.isalnum():
        return value.upper()
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()
