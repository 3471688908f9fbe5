"""Static names: hashed once collected, plain before the first ``collectstatic`` (tests, a fresh checkout)."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """whitenoise's compressed manifest; without any manifest a page still renders, with plain names."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name
