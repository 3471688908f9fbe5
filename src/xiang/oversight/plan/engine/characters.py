"""What is written, in one form: simplified characters, half-width letters, full-width punctuation between Chinese."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

HAN = "\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff"
_HALF = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_HALF |= {ord(wide): ord(half) for wide, half in zip("％＋－．／＝＜＞", "%+-./=<>", strict=True)}
_HALF |= {ord(dash): "—" for dash in "–―─━"} | {ord(gap): " " for gap in "\u3000\xa0\u2002\u2003\u2009\u202f"}
_HALF |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD))
_WIDE = {ord(half): wide for half, wide in zip("();!", "（）；！", strict=True)}
# Radicals and compatibility forms that PDF fonts put in place of the characters themselves.
_FORMS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
# Of the radicals (U+2E80 to U+2EFF) Unicode itself only says what they look like: those that fonts put for a character.
_RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳", "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟"
)
_SIGNS = f"{HAN}，。、；：（）“”《》〔〕"
_APART = re.compile(rf"(?<=[{_SIGNS}]) (?=[{_SIGNS}])")


@cache
def _converter() -> OpenCC:
    """Its dictionaries take a hundredth of a second; not every process reads plans."""
    return OpenCC("tw2s")


def simplified(text: str) -> str:
    """In simplified characters, as OpenCC knows them by word: 沿著 is 沿着, 著作 stays; 乾隆 stays, 乾燥 is 干燥."""
    found = str(_converter().convert(text))
    # 乾 belongs to both scripts (乾县): where nothing else changes, the text was simplified already.
    return text if found == text.replace("乾", "干") else found


def one_form(line: str) -> str:
    """A line in the one form that everything after this step reads. Tabs and wide gaps stay: they part the cells of rows."""
    line = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), line.translate(_RADICALS))
    line = simplified(line.translate(_HALF)).translate(_WIDE)
    line = re.sub(r"(?<!\d),|,(?!\d)", "，", line)
    line = re.sub(r"(?<!\d):|:(?!\d)", "：", line)
    return _APART.sub("", line).strip(" ")


def closed_up(line: str) -> str:
    """A line without the gaps that part cells."""
    return re.sub(rf"(?<=[{_SIGNS}]) +(?=[{_SIGNS}])", "", re.sub(r"\t+", " ", line))
