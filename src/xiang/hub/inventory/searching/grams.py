"""Pieces of text as the index knows them: characters, pairs of neighbouring ones, other words whole.

Pairs find a string wherever a dictionary would have cut it, at the price of a term: phrases, which compare positions,
took five times as long for words that half of all entries have.
"""

from __future__ import annotations

from itertools import pairwise

from xiang.foundation.search import tokens


def of_text(text: str) -> list[str]:
    """Everything that a text can be found by."""
    found: list[str] = []
    for part in tokens.normalise(text).split():
        characters = tokens.characters(part)
        found += characters
        found += [first + second for first, second in pairwise(characters)]
    return found


def of_question(text: str) -> list[str]:
    """What of a question must all be met, each once: the pairs of its words, single characters as they are.

    The dictionary says where words end (``人口基本信息`` asks for both, in any order); words that tell nothing count
    only when there are no others.
    """
    words = tokens.words(tokens.without_personal(text)[: tokens.LONGEST_QUESTION])
    telling = [word for word in words if word not in tokens.STOP] or words
    return list(dict.fromkeys(piece for word in telling for piece in _pieces(word)))


def _pieces(word: str) -> list[str]:
    characters = tokens.characters(word)
    return characters if len(characters) == 1 else [first + second for first, second in pairwise(characters)]
