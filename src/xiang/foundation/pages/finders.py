"""Static files that are made from npm packages and from our own ordered sheets.

Only what a page names is served: two style sheets cut to our sources, one font file, two scripts, and our sheets in
one file, so that a first visit on a phone costs three style requests and collecting takes a second.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage

from xiang.foundation.pages.cut import cut, named_classes, named_words, source_files

SHEETS = ("tokens", "base", "shell", "components", "pages", "desk", "board", "elder", "print")
SCRIPTS = ("shell", "offline", "once", "draft", "tian", "desk")
_OURS = Path(__file__).parent / "static" / "pages"

# Classes that the packages' own scripts put on elements, or that only Django's form widgets name.
ALWAYS = {"htmx-request", "htmx-indicator", "htmx-settling", "htmx-swapping", "htmx-added", "errorlist", "show", "ti"}


def _icons(css: str, words: set[str]) -> str:
    """The icons' sheet with the names in use and the one font format that every browser since 2018 reads."""
    css = re.sub(
        r"src:url\([^)]*woff2[^)]*\)[^;}]*", 'src:url("fonts/tabler-icons.woff2") format("woff2")', css, count=1
    )
    return cut(css, {"ti"} | {f"ti-{word}" for word in words} | {word for word in words if word.startswith("ti-")})


def build(target: Path) -> None:
    """Make everything under ``target``; a file that is already the same is left alone."""
    sources = [
        (file.suffix, file.read_text()) for file in source_files(settings.ROOT / "src", settings.ROOT / "profiles")
    ]
    classes = ALWAYS.union(*(named_classes(text, suffix) for suffix, text in sources))
    words: set[str] = set().union(*(named_words(text) for _, text in sources))
    npm = settings.ROOT / "node_modules"
    icons = npm / "@tabler" / "icons-webfont" / "dist"
    made = {
        "vendor/tabler/css/tabler.min.css": cut((npm / "@tabler/core/dist/css/tabler.min.css").read_text(), classes),
        "vendor/icons/tabler-icons.min.css": _icons((icons / "tabler-icons.min.css").read_text(), words),
        "pages/xiang.css": "\n".join((_OURS / "css" / f"{name}.css").read_text() for name in SHEETS),
        "pages/xiang.js": "\n".join((_OURS / "js" / f"{name}.js").read_text() for name in SCRIPTS),
    }
    copied = {
        "vendor/icons/fonts/tabler-icons.woff2": icons / "fonts" / "tabler-icons.woff2",
        "vendor/htmx/htmx.min.js": npm / "htmx.org" / "dist" / "htmx.min.js",
        "vendor/echarts/echarts.min.js": npm / "echarts" / "dist" / "echarts.min.js",
    }
    for name, text in made.items():
        _put(target / name, text.encode())
    for name, origin in copied.items():
        file = target / name
        if not file.exists() or file.stat().st_size != origin.stat().st_size:
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, file.with_suffix(".new"))
            file.with_suffix(".new").replace(file)


def _put(file: Path, data: bytes) -> None:
    if file.exists() and hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(data).digest():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".new")
    partial.write_bytes(data)
    partial.replace(file)


_building = Lock()


@cache
def _built() -> FileSystemStorage:
    """Made once a process, on first use. Several threads may come first at once: they take turns, and the later ones
    find everything made."""
    target = Path(settings.DATA) / "built"
    with _building:
        build(target)
    return FileSystemStorage(location=str(target))


class VendorFinder(BaseFinder):
    """Finds what :func:`build` made."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if not path.startswith(("vendor/", "pages/xiang.")):
            return [] if find_all else None
        storage = _built()
        if not storage.exists(path):
            return [] if find_all else None
        return [storage.path(path)] if find_all else storage.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = _built()
        root = Path(storage.location)
        for file in sorted(root.rglob("*")):
            name = file.relative_to(root).as_posix()
            if file.is_file() and file.suffix != ".new" and not matches_patterns(name, list(ignore_patterns or [])):
                yield name, storage
