"""What was done, and from which inputs: a step whose inputs have not changed is skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


class Stamps:
    """A small file of ``step -> digest of its inputs``; a step without a stamp runs again."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self.file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, str]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".new")
        partial.write_text(json.dumps(kept, indent=1, sort_keys=True))
        partial.replace(self.file)

    def fresh(self, step: str, digest: str) -> bool:
        return self._read().get(step) == digest

    def keep(self, step: str, digest: str) -> None:
        self._write(self._read() | {step: digest})

    def forget(self) -> None:
        """All of it: what the stamps described is gone."""
        self.file.unlink(missing_ok=True)


def digest(*parts: object) -> str:
    """A digest of the parts; of a path, the content counts (of a folder, every file's name and content)."""
    total = sha256()
    for part in parts:
        for name, content in _content(part):
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _content(part: object) -> Iterable[tuple[str, bytes]]:
    if not isinstance(part, Path):
        yield "", str(part).encode()
    elif part.is_dir():
        for file in sorted(part.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield str(file.relative_to(part)), file.read_bytes()
    else:
        yield part.name, part.read_bytes() if part.exists() else b""
