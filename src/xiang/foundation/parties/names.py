"""Names: one normal form, a sort key by pinyin, and what may be shown of them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from xiang.foundation.ground.errors import FieldError, Invalid

# Look-alikes that keyboards produce for the dot inside transliterated names; registers print U+00B7.
_DOTS = dict.fromkeys(map(ord, "•・･‧∙⋅●．"), "·")

# Characters that read differently when they are a family name.
_SURNAMES = {
    "曾": "zeng1", "单": "shan4", "解": "xie4", "仇": "qiu2", "查": "zha1", "朴": "piao2", "区": "ou1", "盖": "ge3",
    "翟": "zhai2", "缪": "miao4", "乐": "yue4", "召": "shao4", "员": "yun4", "覃": "qin2", "褚": "chu3", "冼": "xian3",
    "任": "ren2", "华": "hua4", "宁": "ning4", "秘": "bi4", "种": "chong2", "尉迟": "yu4 chi2", "万俟": "mo4 qi2",
    "长孙": "zhang3 sun1", "令狐": "ling2 hu2", "澹台": "tan2 tai2",
}  # fmt: skip


def normal(name: str) -> str:
    """The name as it is kept: NFC, single spaces, the dot U+00B7 without spaces; supplementary characters stay."""
    text = unicodedata.normalize("NFC", name).translate(_DOTS)
    text = " ".join(text.split())
    return text.replace(" ·", "·").replace("· ", "·")


def checked(name: str, pointer: str = "/name", limit: int = 120) -> str:
    """``normal(name)``, or ``Invalid`` with the code ``name_empty``, ``name_long`` or ``name_character``."""
    text = normal(name)
    if not text:
        raise Invalid([FieldError(pointer, "name_empty", "请填写姓名或名称。")])
    if len(text) > limit:
        raise Invalid([FieldError(pointer, "name_long", f"名称不能超过 {limit} 个字。")])
    for place, char in enumerate(text, 1):
        # Planes 2 and 3 hold ideographs alone; Python's own tables do not know the newest of them (GB 18030-2022).
        newer = 0x20000 <= ord(char) <= 0x3FFFD
        if unicodedata.category(char) in {"Cc", "Cs", "Cn", "Cf"} and not newer:
            raise Invalid([FieldError(pointer, "name_character", f"第 {place} 个字不是可以书写的字，请重新输入。")])
    return text


@lru_cache(maxsize=65536)
def _reading(char: str) -> str:
    if char < "\u3400":
        return char.casefold()
    from pypinyin import Style, lazy_pinyin  # 20 MB of readings: only who sorts names pays for them

    return lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True)[0]


def sort_key(name: str) -> str:
    """What lists of names are ordered by: pinyin with tone numbers; Latin names by letter; unknown characters last."""
    for length in (2, 1):
        surname = _SURNAMES.get(name[:length]) if len(name) > length else None
        if surname:
            return f"{surname} {' '.join(map(_reading, name[length:]))}"[:200]
    return " ".join(map(_reading, name))[:200] if name[:1] >= "\u3400" else name.casefold()[:200]


def mask_name(name: str) -> str:
    """``李小明`` → ``李*明``, ``李明`` → ``*明``: the last character stays, as government pages print it."""
    if len(name) <= 1:
        return name
    if len(name) == 2:
        return "*" + name[1]
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_number(value: str) -> str:
    """An identity number with its middle hidden: ``1101**********002X``, ``E12****89``."""
    if len(value) >= 15:
        return value[:4] + "*" * (len(value) - 8) + value[-4:]
    if len(value) >= 7:
        return value[:3] + "*" * (len(value) - 5) + value[-2:]
    return "*" * len(value)


def mask_phone(value: str) -> str:
    """``13800138000`` → ``138****8000``."""
    return value[:3] + "*" * (len(value) - 7) + value[-4:] if len(value) >= 8 else "*" * len(value)


def mask_email(value: str) -> str:
    """``wang.fang@example.cn`` → ``w***@example.cn``."""
    head, _, host = value.partition("@")
    return f"{head[:1]}***@{host}"
