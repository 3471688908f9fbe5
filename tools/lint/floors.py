"""Which room may use which, read from the import contracts in ``pyproject.toml``: one source, two checks."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

Room = tuple[str, str]


@dataclass(frozen=True)
class Floors:
    """The layers of each container, top first; rooms side by side share a layer."""

    layers: dict[str, list[frozenset[str]]]

    @classmethod
    def read(cls, root: Path) -> Floors:
        contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        return cls(
            {
                container: [frozenset(re.split(r"\s*[|:]\s*", layer)) for layer in contract["layers"]]
                for contract in contracts
                if contract["type"] == "layers"
                for container in contract["containers"]
            }
        )

    def may_use(self, user: Room, used: Room) -> bool:
        """Its own room, a room to the right on its floor, any room of a lower floor."""
        if user == used:
            return True
        if user[0] != used[0]:
            return self._above("xiang", user[0], used[0])
        return self._above(f"xiang.{user[0]}", user[1], used[1])

    def _above(self, container: str, upper: str, lower: str) -> bool:
        heights = {name: height for height, layer in enumerate(self.layers.get(container, [])) for name in layer}
        return upper in heights and lower in heights and heights[upper] < heights[lower]
