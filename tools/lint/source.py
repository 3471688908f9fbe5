"""A file as the rules see it, and what they answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

LOOKED_AT = ("src", "launcher", "tools", "bench", "tests")
NEVER = {"__pycache__", "node_modules", ".venv"}
RULED = (ast.ClassDef, ast.Call, ast.Attribute, ast.keyword, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule."""

    file: str
    line: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code}: {self.sentence}"


@dataclass(frozen=True)
class Source:
    """A Python file or a template; ``name`` is its path in the project."""

    root: Path
    name: str

    @cached_property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.name)

    @cached_property
    def text(self) -> str:
        return (self.root / self.name).read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node that a rule looks at, walked once for all rules."""
        return [node for node in ast.walk(self.tree) if isinstance(node, RULED)]

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts or self.path.name == "conftest.py"

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.path.parts

    @property
    def room(self) -> tuple[str, str] | None:
        """Floor and room: ``src/xiang/foundation/cases/…`` is (foundation, cases); a floor without rooms has ''."""
        parts = self.path.parts
        if parts[:2] != ("src", "xiang") or len(parts) < 4:
            return None
        has_rooms = len(parts) > 4 and (self.root.joinpath(*parts[:4]) / "apps.py").exists()
        return parts[2], parts[3] if has_rooms else ""

    def finding(self, line: int, code: str, sentence: str) -> Finding:
        return Finding(self.name, line, code, sentence)


def sources(root: Path) -> Iterator[Source]:
    """Every Python file and every template of the project."""
    for folder in LOOKED_AT:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            if NEVER.isdisjoint(name.parts) and (path.suffix == ".py" or _is_template(name)) and path.is_file():
                yield Source(root, name.as_posix())


def _is_template(name: Path) -> bool:
    return "templates" in name.parts and name.parts[0] == "src"
