"""Words: cutting Chinese text for the index and for a question, and what must never be indexed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

LONGEST_QUESTION = 64
LONGEST_PREFIX = 8

# An identity number or a mobile phone number standing by itself.
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")
_SEPARATOR = re.compile(r"[^\w]+|_+")

# Words that a question contains and that tell nothing about what is looked for.
_TELL_NOTHING = """
的 了 吗 呢 啊 吧 我 你 您 他 她 我们 我要 要 想 想要 给 把 被 在 和 与 或 及 到 去 上 下 是 有 能 会
请 请问 怎么 怎样 如何 怎么办 什么 哪里 哪儿 哪 多少 几 可以 需要 一下 办 办理 申请 办事 弄 搞 这 那 个 一个
"""
STOP = frozenset(_TELL_NOTHING.split())


def normalise(text: str) -> str:
    """One form for comparison: compatibility forms unified, lower case, punctuation as spaces."""
    return _SEPARATOR.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def without_personal(text: str) -> str:
    """The text without identity and mobile numbers: whoever put them there, the index does not keep them."""
    return _PERSONAL.sub("…", text)


@lru_cache(maxsize=1)
def _jieba() -> object:
    import rjieba  # 40 ms and 30 MB for its dictionary: only where something is searched

    return rjieba


def words(text: str) -> list[str]:
    """A question's words, not overlapping."""
    return [word for word in _jieba().cut(normalise(text)) if word.strip()]  # type: ignore[attr-defined]


def index_words(text: str) -> list[str]:
    """A document's words, with the shorter words inside the longer ones."""
    cut = _jieba().cut_for_search(normalise(text))  # type: ignore[attr-defined]
    return [word for word in cut if word.strip()]


def characters(text: str) -> list[str]:
    """Single Chinese characters, and other words whole: what finds a string that the dictionary cuts otherwise."""
    found: list[str] = []
    for part in normalise(text).split():
        run = ""
        for character in part:
            if character.isascii():
                run += character
                continue
            if run:
                found.append(run)
                run = ""
            found.append(character)
        if run:
            found.append(run)
    return found


def prefixes(title: str) -> set[str]:
    """What somebody may have typed so far when looking for this title: from each word on, and in pinyin."""
    from pypinyin import Style, lazy_pinyin

    plain = normalise(title).replace(" ", "")
    cut = words(plain)
    starts = [0, *accumulate(len(word) for word in cut)][:-1] if cut else []
    found: set[str] = set()
    syllables = lazy_pinyin(list(plain), style=Style.NORMAL)
    for start in starts:
        tail = plain[start : start + LONGEST_PREFIX]
        found |= {tail[:length] for length in range(1, len(tail) + 1)}
        spoken = syllables[start : start + LONGEST_PREFIX]
        initials = "".join(syllable[:1] for syllable in spoken)
        found |= {initials[:length] for length in range(1, len(initials) + 1)}
        found |= set(accumulate(spoken))
    return {prefix for prefix in found if prefix}
