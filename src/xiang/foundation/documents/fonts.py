"""The fonts that documents embed, and which of them a text needs.

Reading a font of thirty thousand characters costs half a second and a document uses two hundred, so the two levels of
GB 2312 are cut out of it once into ``<data>/fonts``: the common one is read for every document, the second for a text
with one of its characters, the whole font only for a rarer one. A font that an installation puts there as
``<data>/fonts/*.ttf`` (one with GB 18030-2022 level 3, say) is asked last.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal

from django.conf import settings

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ground.ids import new_id

Weight = Literal["regular", "semibold"]
Level = Literal["common", "second"]
FILES: dict[Weight, str] = {
    "regular": "400Regular/NotoSansSC_400Regular.ttf",
    "semibold": "600SemiBold/NotoSansSC_600SemiBold.ttf",
}
# fontTools logs the glyphs of each subset: the characters of somebody's name.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def whole(weight: Weight = "regular") -> Path:
    """The font with everything it has."""
    return Path(settings.FONT_DIR) / FILES[weight]


def cut(weight: Weight, level: Level = "common") -> Path:
    """The characters of one level of the font, cut out on first use (and again when the font is another)."""
    source = whole(weight)
    target = _folder() / "cut" / f"{source.stem}-{source.stat().st_size}-{level}.ttf"
    if not target.exists():
        _cut(source, target, LEVELS[level])
    return target


def extra() -> list[Path]:
    """Fonts that this installation added."""
    return sorted(_folder().glob("*.ttf"))


def missing(text: str) -> list[str]:
    """The characters that no embedded font can draw, each once."""
    lacking = [c for c in dict.fromkeys(text) if not c.isspace() and ord(c) not in glyphs(whole())]
    for font in extra() if lacking else ():
        lacking = [c for c in lacking if ord(c) not in glyphs(font)]
    return lacking


def require(text: str, what: str) -> None:
    """Raise ``DomainError('no_glyph')`` naming what cannot be printed: never a blank, never a question mark."""
    if lacking := missing(text):
        raise DomainError("no_glyph", f"字库里没有“{'、'.join(lacking)}”，{what}，已转人工处理。")


def fallbacks(text: str) -> list[tuple[Path, Path | None]]:
    """The fonts to read beside the common one for this text, each with its bold one, if there is one."""
    needed: list[tuple[Path, Path | None]] = []
    lacking = {ord(c) for c in text if not c.isspace()} - LEVELS["common"]
    if lacking & LEVELS["second"]:
        needed.append((cut("regular", "second"), cut("semibold", "second")))
        lacking -= LEVELS["second"]
    if lacking & glyphs(whole()):
        needed.append((whole(), whole("semibold")))
        lacking -= glyphs(whole())
    return needed + [(font, None) for font in extra() if lacking & glyphs(font)]


@cache
def glyphs(font: Path) -> frozenset[int]:
    """The code points that a font draws."""
    with import_module("fontTools.ttLib").TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def _hanzi(first_row: int, last_row: int) -> frozenset[int]:
    """The characters in these rows of GB 2312."""
    cells = (bytes((row, cell)) for row in range(first_row, last_row + 1) for cell in range(0xA1, 0xFF))
    return frozenset(ord(char) for pair in cells for char in pair.decode("gb2312", "ignore"))


# ASCII, the middle dot, and of GB 2312 the signs and the 3,755 characters of level 1; then the 3,008 of level 2.
LEVELS: dict[Level, frozenset[int]] = {
    "common": frozenset([*range(0x20, 0x7F), 0xB7]) | _hanzi(0xA1, 0xA9) | _hanzi(0xB0, 0xD7),
    "second": _hanzi(0xD8, 0xF7),
}


def _folder() -> Path:
    return Path(settings.DATA) / "fonts"


def _cut(source: Path, target: Path, characters: frozenset[int]) -> None:
    subset, ttlib = import_module("fontTools.subset"), import_module("fontTools.ttLib")
    options = subset.Options(layout_features=[], hinting=False, name_IDs=["*"], notdef_outline=True, glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{new_id().hex}")
    with ttlib.TTFont(source, lazy=True) as font:
        cutter.subset(font)
        font.save(partial)
    with partial.open("rb+") as stream:
        os.fsync(stream.fileno())
    partial.replace(target)
