"""Cut a vendor's style sheet down to what our own templates can name.

Tabler's sheet is 635 kB for a phone to parse, of which the pages use a twentieth. A rule stays when every class in
its selector is named in our sources; rules without a class (elements, tokens) stay too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_TEMPLATE_TAG = re.compile(r"\{[%#].*?[%#]\}|\{\{.*?\}\}", re.S)
_CLASS_VALUE = re.compile(r"""["']?\b(?:class|className)["']?\s*[=:]\s*\\?(["'])(.*?)\1""", re.S)
_QUOTED = re.compile(r"""["'`]([^"'`\n]*)["'`]""")
_WORD = re.compile(r"[A-Za-z0-9][\w-]*")
_SELECTOR_CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_NESTED = ("@media", "@supports", "@layer", "@container")

SOURCES = (".html", ".py", ".js", ".yaml", ".yml", ".json", ".csv")


def source_files(*roots: Path) -> Iterator[Path]:
    """The files that may name a class or an icon, tests left out."""
    for root in roots:
        for file in sorted(root.rglob("*")):
            if file.suffix in SOURCES and "tests" not in file.parts and file.is_file():
                yield file


def named_classes(text: str, suffix: str) -> set[str]:
    """The classes that one source may put on an element."""
    if suffix == ".js":
        return {word for quoted in _QUOTED.findall(text) for word in _WORD.findall(quoted)}
    # The template's own tags go first: the quotes inside them would end the attribute too early.
    plain = _TEMPLATE_TAG.sub(" ", text) if suffix == ".html" else text
    return {word for _, value in _CLASS_VALUE.findall(plain) for word in _WORD.findall(value)}


def named_words(text: str) -> set[str]:
    """Every word of a source: an icon's name may stand in any of them."""
    return set(_WORD.findall(text))


def _statements(css: str) -> Iterator[tuple[str, str | None]]:
    """Top-level statements as (prelude, body); the body is ``None`` for a statement that ends in a semicolon."""
    depth, start, brace = 0, 0, 0
    quote = ""
    for at, char in enumerate(css):
        if quote:
            if char == quote and css[at - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
            if depth == 1:
                brace = at
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[start:brace].strip(), css[brace + 1 : at]
                start = at + 1
        elif char == ";" and depth == 0:
            yield css[start:at].strip(), None
            start = at + 1


def _split_selectors(prelude: str) -> list[str]:
    """Split at commas that stand outside of brackets."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(prelude):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(prelude[start:at])
            start = at + 1
    return [*parts, prelude[start:]]


def _wanted(selector: str, classes: set[str]) -> bool:
    bare = re.sub(r":not\([^)]*\)", "", selector)
    return all(name.replace("\\", "") in classes for name in _SELECTOR_CLASS.findall(bare))


def cut(css: str, classes: Iterable[str]) -> str:
    """The style sheet without the rules for classes that nobody names."""
    keep = set(classes)
    out: list[str] = []
    for prelude, body in _statements(_COMMENT.sub("", css)):
        if body is None:
            if not prelude.startswith("@charset"):
                out.append(f"{prelude};")
        elif prelude.startswith(_NESTED):
            inner = cut(body, keep)
            if inner:
                out.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            out.append(f"{prelude}{{{body}}}")
        else:
            selectors = [s.strip() for s in _split_selectors(prelude) if _wanted(s, keep)]
            if selectors:
                out.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(out)
