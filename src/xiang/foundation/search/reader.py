"""Reading the index: one searcher a process, opened again when the index changed (two ``stat`` calls a question)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.search import index


@dataclass
class Reader:
    """The open generation and what it looked like when it was opened."""

    _mark: tuple[int, int] = (0, 0)
    _folder: str = ""
    _generation: str = ""
    _index: Any = None
    _lock: Lock = field(default_factory=Lock)

    def fresh(self) -> Any:
        """The index as it is now; :class:`Unavailable` before the first was built."""
        with self._lock:
            for _ in range(2):  # a generation may be swept between reading its name and opening it
                try:
                    return self._fresh()
                except (OSError, ValueError):
                    self._mark = (0, 0)
            raise Unavailable("search_not_ready", "搜索正在准备，几分钟后再试。也可以按部门和分类查找。")

    def _fresh(self) -> Any:
        folder = index.folder()
        changed = (folder / "state.json").stat().st_mtime_ns
        if changed != self._mark[0] or str(folder) != self._folder:
            generation = index.state().current
            if not generation:
                raise FileNotFoundError
            self._generation, self._folder, self._index = generation, str(folder), None
        meta = (folder / self._generation / "meta.json").stat().st_mtime_ns
        if self._index is None:
            import tantivy

            self._index = tantivy.Index.open(str(folder / self._generation))
        elif meta != self._mark[1]:
            self._index.reload()
        self._mark = (changed, meta)
        return self._index


_reader = Reader()


def fresh() -> Any:
    """The index as it is now."""
    return _reader.fresh()


def shown(searcher: Any, address: Any) -> dict[str, str]:
    """What a found document shows."""
    kept: dict[str, str] = json.loads(bytes(searcher.doc(address)["shown"][0]))
    return kept
