"""Rules on Python files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lint.source import Finding, Source

LONGEST = 400
UNSAID = {"migrations", "management", "templatetags"}  # packages that only Django asks for
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
FACELESS = {"views", "urls", "api", "admin", "tests", "migrations", "management", "apps"}
# Rooms whose face is wider than operations, queries and models by design: base pages are there to be built on.
OPEN_FACE = {"xiang.foundation.pages", "xiang.foundation.ground"}
ALWAYS_WRITES = {
    verb for name in ("bulk_create", "bulk_update", "get_or_create", "update_or_create") for verb in (name, f"a{name}")
}
# A model's or a queryset's own verbs take no positional argument; a dictionary's, a hash's or a file's do.
WRITES = {verb for name in ("save", "create", "update", "delete") for verb in (name, f"a{name}")}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
}


def plain_admin(source: Source) -> Iterator[Finding]:
    """Configuration screens inherit OperationAdmin."""
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            plain = any(_last(base) == "ModelAdmin" for base in node.bases)
        elif isinstance(node, ast.Call):
            plain = _chain(node.func)[-2:] == ["site", "register"] and len(node.args) == 1
        else:
            continue
        if plain:
            said = "a configuration screen inherits OperationAdmin: read-only unless a save names an operation"
            yield source.finding(node.lineno, "plain-admin", said)


def write_outside_operations(source: Source) -> Iterator[Finding]:
    """Operations are the only writers."""
    if source.room is None or source.is_test or source.is_migration or _is_operations(source):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node, node.func):
            said = f"'.{node.func.attr}()' writes records: that is done by an operation of the room (operations.py)"
            yield source.finding(node.lineno, "write-outside-operations", said)


def _is_operations(source: Source) -> bool:
    return source.path.name == "operations.py" or "operations" in source.path.parts


def _writes(call: ast.Call, verb: ast.Attribute) -> bool:
    if verb.attr in ALWAYS_WRITES or _chain(verb)[-2:] == ["adding", "add"]:
        return True
    if verb.attr not in WRITES:
        return False
    return "objects" in _chain(verb.value) or not call.args


def own_clock(source: Source) -> Iterator[Finding]:
    """All code asks the one clock."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute):
            own = tuple(_chain(node)[-2:]) in CLOCKS
        elif isinstance(node, ast.keyword):
            own = node.arg in ("auto_now", "auto_now_add")
        else:
            continue
        if own:
            said = "asks a clock of its own: use ground.instant.now() or today(), which a demonstration can move"
            yield source.finding(node.lineno, "own-clock", said)


def vague_name(source: Source) -> Iterator[Finding]:
    """A module is named after what it knows."""
    parts = {*source.path.parts[:-1], source.path.stem}
    if parts & VAGUE:
        said = f"'{(parts & VAGUE).pop()}' says nothing: name the module after what it knows"
        yield source.finding(1, "vague-name", said)


def long_file(source: Source) -> Iterator[Finding]:
    """A long file asks to become two."""
    lines = source.text.count("\n")
    if lines > LONGEST and not source.is_test and not source.is_migration:
        yield source.finding(LONGEST, "long-file", f"{lines} lines: past {LONGEST} a file asks to become two rooms")


def package_docstring(source: Source) -> Iterator[Finding]:
    """A package says what it is for; a room in three lines."""
    if source.path.name != "__init__.py" or source.is_test or UNSAID & set(source.path.parts):
        return
    told = (ast.get_docstring(source.tree) or "").split("\n")
    lines = len([line for line in told if line.strip()])
    is_room = source.room is not None and (source.root / source.path.parent / "apps.py").exists()
    if lines == 0:
        yield source.finding(1, "no-docstring", "a package says in its docstring what it is for")
    elif is_room and lines < 3:
        said = "a room's docstring says in three lines what it is for, whom it serves and which law it follows"
        yield source.finding(1, "thin-docstring", said)


def behind_the_face(source: Source) -> Iterator[Finding]:
    """Of another room only its public face is imported."""
    if source.room is None or source.room[0] == "config" or source.is_test or source.is_migration:
        return
    for node in source.nodes:
        for module in _imported(node):
            parts = module.split(".")
            floor, room = parts[1], parts[2]
            own = (floor, room) == source.room or (floor == source.room[0] and not source.room[1])
            if own or ".".join(parts[:3]) in OPEN_FACE:
                continue
            if FACELESS & set(parts[3:]) or any(part.startswith("_") for part in parts[3:]):
                said = f"'{module}' is not the public face of {room}: use its operations, queries or models"
                yield source.finding(node.lineno, "behind-the-face", said)  # type: ignore[attr-defined]


def _imported(node: ast.AST) -> list[str]:
    """Modules of rooms that an import names; ``from xiang.a.b import views`` names ``xiang.a.b.views``."""
    if isinstance(node, ast.Import):
        named = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        named = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return []
    return [name for name in named if name.startswith("xiang.") and name.count(".") >= 3]


def _chain(node: ast.AST) -> list[str]:
    """The names of an expression, from the left: ``Case.objects.filter(…)`` is Case, objects, filter."""
    if isinstance(node, ast.Call):
        return _chain(node.func)
    if isinstance(node, ast.Subscript):
        return _chain(node.value)
    if isinstance(node, ast.Attribute):
        return [*_chain(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def _last(node: ast.AST) -> str:
    return (_chain(node) or [""])[-1]


RULES = (
    plain_admin,
    write_outside_operations,
    own_clock,
    vague_name,
    long_file,
    package_docstring,
    behind_the_face,
)
