"""From what somebody typed to a query of the index.

1. Cut the question into words and forget those that tell nothing.
2. Each word may be met as a word or, where no document has it as one, as a run of characters; in the title it
   counts more than in the text.
3. A long question need not meet every word; other words for the same, and what the profile leads to, count too.
4. Filter by audience, kind and division, without a score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.search import index, tokens
from xiang.foundation.search.synonyms import Sayings

TITLE_WORD, TEXT_WORD, TITLE_RUN, TEXT_RUN = 3.0, 1.0, 2.5, 0.8
WHOLE_TITLE, OTHER_WORDS, LED_TO = 6.0, 0.8, 40.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Who looks, for which kinds, from where."""

    audiences: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    division: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed, understood. ``marks`` are the strings to highlight."""

    typed: str
    words: tuple[str, ...]
    others: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.typed, *self.words, *self.others)


def understand(text: str, sayings: Sayings) -> Question:
    """Step 1, and what the profile knows about it."""
    typed = tokens.normalise(tokens.without_personal(text)[: tokens.LONGEST_QUESTION])
    every = tokens.words(typed)
    telling = [word for word in every if word not in tokens.STOP] or every
    whole = typed.replace(" ", "")
    return Question(
        whole,
        tuple(dict.fromkeys(telling)),
        tuple(sayings.others(whole)),
        tuple(sayings.leads_to(whole)),
    )


def query(schema: Any, searcher: Any, question: Question, limits: Limits) -> Any:
    """Steps 2 to 4."""
    from tantivy import Occur, Query

    meanings = [_anywhere(schema, searcher, word) for word in question.words]
    least = 1 if len(meanings) < 3 else (len(meanings) + 1) // 2
    ways = [Query.boolean_query([(Occur.Should, meaning) for meaning in meanings], least)] if meanings else []
    if len(tokens.characters(question.typed)) > 1:
        ways.append(Query.boost_query(_run(schema, "title_characters", question.typed), WHOLE_TITLE))
    ways += [Query.boost_query(_anywhere(schema, searcher, other), OTHER_WORDS) for other in question.others]
    for place, key in enumerate(question.keys):
        # Steep enough that the profile's order holds whatever the documents' own boosts are.
        led = Query.const_score_query(Query.term_query(schema, "key", key, "basic"), LED_TO / 4**place)
        ways.append(led)
    if question.typed.isascii():
        ways.append(Query.term_query(schema, "prefix", question.typed, "basic"))
    if not ways:
        return Query.empty_query()
    any_way = Query.boolean_query([(Occur.Should, way) for way in ways], 1)
    return _limited(schema, any_way, limits)


def beginning(schema: Any, typed: str, keys: Sequence[str], limits: Limits) -> Any:
    """What a title begins with, or what the profile's sayings that begin so lead to."""
    from tantivy import Occur, Query

    ways = [(Occur.Should, Query.term_query(schema, "prefix", typed, "basic"))]
    ways += [
        (Occur.Should, Query.const_score_query(Query.term_query(schema, "key", key, "basic"), 2.0)) for key in keys
    ]
    return _limited(schema, Query.boolean_query(ways, 1), limits)


def nearest(schema: Any, typed: str, limits: Limits) -> Any:
    """Titles that share at least half of the characters: help when nothing was found."""
    from tantivy import Occur, Query

    characters = list(dict.fromkeys(tokens.characters(typed)))
    terms = [(Occur.Should, Query.term_query(schema, "title_characters", one)) for one in characters]
    if not terms:
        return Query.empty_query()
    return _limited(schema, Query.boolean_query(terms, max(1, len(terms) // 2)), limits)


def _anywhere(schema: Any, searcher: Any, word: str) -> Any:
    from tantivy import Query

    ways = [
        Query.boost_query(Query.term_query(schema, "title_words", word, "freq"), TITLE_WORD),
        Query.boost_query(Query.term_query(schema, "text_words", word, "freq"), TEXT_WORD),
        Query.boost_query(_run(schema, "title_characters", word), TITLE_RUN),
    ]
    # Runs in long texts are the dearest part of a question: only for what the dictionary does not cut as a word.
    if not searcher.doc_freq("text_words", word):
        ways.append(Query.boost_query(_run(schema, "text_characters", word), TEXT_RUN))
    return Query.disjunction_max_query(ways, 0.1)


def _run(schema: Any, field: str, text: str) -> Any:
    """The characters in this order, next to each other."""
    from tantivy import Query

    run = tokens.characters(text)
    return Query.term_query(schema, field, run[0]) if len(run) == 1 else Query.phrase_query(schema, field, [*run])


def _limited(schema: Any, what: Any, limits: Limits) -> Any:
    from tantivy import Occur, Query

    filters = [Query.term_set_query(schema, "audience", list(limits.audiences))]
    if limits.kinds:
        filters.append(Query.term_set_query(schema, "kind", list(limits.kinds)))
    if limits.division:
        here = Query.term_set_query(schema, "division", ["all", *index.around(limits.division)])
        inside = Query.term_query(schema, "within", limits.division, "basic")
        filters.append(Query.boolean_query([(Occur.Should, here), (Occur.Should, inside)], 1))
    unscored = [(Occur.Must, Query.boost_query(one, 0.0)) for one in filters]
    return Query.boolean_query([(Occur.Must, what), *unscored])
