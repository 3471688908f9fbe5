"""The codes that refusals carry, read from the source: ``python -m tools.problems [--write]`` keeps ``docs/problems.md``.

A client matches a code, never a sentence, so a code is part of the face: a test fails when the source raises one that
the page does not list. Codes of the profile's own checks (``load --check``) are another list and are not looked at.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "problems.md"
STATUS = {
    "Absent": "404", "DomainError": "400", "Forbidden": "403", "Invalid": "422", "NotAllowed": "405", "Refused": "409",
    "TooLarge": "413", "TooMany": "429", "Unauthenticated": "401", "Unavailable": "503", "UnsupportedMedia": "415",
    "ClockError": "422", "RuleError": "422", "ForgedError": "403", "Declined": "409", "FieldError": "field",
    "Refusal": "403",
}  # fmt: skip
# Who builds a field's error from a code: which argument is the code.
BUILDERS = {"FieldError": 1, "_error": 1}
BEGINNING = "<!-- from the source; python -m tools.problems --write -->"


@dataclass(frozen=True, order=True)
class Code:
    """A code as it is raised in one place."""

    name: str
    status: str
    detail: str
    room: str


def found(root: Path = ROOT) -> list[Code]:
    """Every code that the source raises, once a status."""
    seen: dict[tuple[str, str], Code] = {}
    for file in sorted((root / "src").rglob("*.py")):
        if {"tests", "migrations"} & set(file.parts):
            continue
        room = ".".join(file.relative_to(root / "src" / "xiang").parts[:2]).removesuffix(".py")
        for code in _codes(ast.parse(file.read_text()), room):
            seen.setdefault((code.name, code.status), code)
    return sorted(seen.values())


def _codes(tree: ast.Module, room: str) -> Iterator[Code]:
    kinds = STATUS | {name: status for name, status, _ in _own_kinds(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _code(node, kinds, room)
    for _, status, kind in _own_kinds(tree):  # what a refusal of a module's own says in super().__init__
        for node in ast.walk(kind):
            if isinstance(node, ast.Call):
                yield from _code(node, {"__init__": status}, room)


def _code(node: ast.Call, kinds: dict[str, str], room: str) -> Iterator[Code]:
    called = _called(node.func)
    status, place = "field" if called in BUILDERS else kinds.get(called, ""), BUILDERS.get(called, 0)
    if not status or len(node.args) <= place:
        return
    name = _text(node.args[place])
    if re.fullmatch(r"[a-z][a-z0-9_.]*", name):
        yield Code(name, status, _text(node.args[place + 1]) if len(node.args) > place + 1 else "", room)


def _own_kinds(tree: ast.Module) -> Iterator[tuple[str, str, ast.ClassDef]]:
    """Refusals that a module makes of its own, each with its status."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_called(base) in STATUS for base in node.bases):
            parent = next(STATUS[_called(base)] for base in node.bases if _called(base) in STATUS)
            own = [n.value for n in node.body if isinstance(n, ast.Assign) and _called(n.targets[0]) == "status"]
            yield node.name, str(own[0].value) if own and isinstance(own[0], ast.Constant) else parent, node


def _called(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    """A literal sentence; what is filled in stands as …"""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def table(codes: list[Code]) -> str:
    """The codes as a page of the documentation: one row a code."""
    merged: dict[str, list[Code]] = {}
    for code in codes:
        merged.setdefault(code.name, []).append(code)
    lines = ["| code | status | says | raised in |", "|---|---|---|---|"]
    for name, rows in merged.items():
        status = ", ".join(sorted({row.status for row in rows}))
        detail = next((row.detail for row in rows if row.detail), "").replace("|", "\\|").replace("\n", " ")
        lines.append(f"| `{name}` | {status} | {detail} | {', '.join(sorted({row.room for row in rows}))} |")
    return "\n".join(lines)


def listed(page: Path = PAGE) -> set[str]:
    """The codes that the page lists."""
    return set(re.findall(r"^\| `([^`]+)` \|", page.read_text(), re.MULTILINE)) if page.exists() else set()


def write(page: Path = PAGE) -> None:
    """Bring the table of the page up to the source; what stands above it stays."""
    head = page.read_text().partition(BEGINNING)[0]
    page.write_text(f"{head}{BEGINNING}\n\n{table(found())}\n")


def main(arguments: list[str]) -> int:
    if "--write" in arguments:
        write()
        return 0
    missing = sorted({code.name for code in found()} - listed())
    for name in missing:
        print(f"docs/problems.md does not list {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
