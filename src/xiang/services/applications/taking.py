"""What a posted form page says, brought into the draft.

Everything is kept before anything is judged: answers first, then statements, then files. A file that cannot be kept
comes back as an error with its place; all the rest of the page is safe by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from xiang.foundation.forms.models import Draft
from xiang.foundation.ground.errors import DomainError, FieldError, Refused
from xiang.foundation.parties.actors import Actor
from xiang.services.applications import operations
from xiang.services.applications.presenting import STATEMENT, given_answers

Answer = Callable[[Draft, Mapping[str, Any], Actor], Draft]


@dataclass(frozen=True, slots=True)
class Taken:
    """The draft as it is now, and what could not be kept."""

    draft: Draft
    errors: tuple[FieldError, ...] = ()


def take(
    draft: Draft,
    post: QueryDict,
    files: MultiValueDict[str, UploadedFile[Any]],
    actor: Actor,
    answer: Answer,
    questions: Iterable[str] = (),
) -> Taken:
    """Keep all of it. ``answer`` is the operation of the draft's kind; ``questions`` are asked besides its form."""
    form = operations.form_for(draft)
    draft = answer(draft, given_answers(form, post, questions), actor)
    known = {material.key for material in form.materials}
    draft = _statements(draft, post, known, actor)
    errors: list[FieldError] = []
    for key, file in files.items():
        if key not in known or not isinstance(file, UploadedFile):
            continue
        try:
            draft = operations.hand_in(draft, key, file.chunks(), file.name or key, actor)
        except Refused:
            raise
        except DomainError as wrong:
            errors.append(FieldError(f"/materials/{key}", wrong.code, wrong.detail))
    return Taken(draft, tuple(errors))


def _statements(draft: Draft, post: QueryDict, known: set[str], actor: Actor) -> Draft:
    for name in post:
        key = name.removeprefix(STATEMENT)
        if name == key or key not in known:
            continue
        words = str(post[name])
        if words.strip():
            draft = operations.state_online(draft, key, words)
        elif draft.materials.get(key, {}).get("how") == "statement":
            draft = operations.take_back(draft, key, actor)
    return draft
