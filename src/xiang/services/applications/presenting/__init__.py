"""A draft as pages show it: fields to fill, facts to check, papers."""

from __future__ import annotations

from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.services.applications.presenting.facts import GIVEN, Link, fact_view, source_view, words_of
from xiang.services.applications.presenting.fields import claim_view, divisions, field_view, given_answers
from xiang.services.applications.presenting.form import FORM_ID, Asked, Fold, FormView, Row, by_hand, form_view
from xiang.services.applications.presenting.papers import STATEMENT, Papers, papers_of
from xiang.services.applications.presenting.review import Handling, ReviewView, review_view

__all__ = [
    "FORM_ID",
    "GIVEN",
    "STATEMENT",
    "Asked",
    "Fold",
    "FormView",
    "Handling",
    "Link",
    "Papers",
    "ReviewView",
    "Row",
    "by_hand",
    "claim_view",
    "divisions",
    "fact_view",
    "field_view",
    "form_view",
    "given_answers",
    "papers_of",
    "review_view",
    "saved_clock",
    "saved_words",
    "source_view",
    "words_of",
]


def saved_clock(draft: Draft) -> str:
    """When the draft was last saved: 09:07."""
    return f"{draft.saved_at.astimezone(instant.SHANGHAI):%H:%M}"


def saved_words(draft: Draft) -> str:
    """When the draft was last saved, in words."""
    return f"{saved_clock(draft)} 已保存，换设备可继续"
