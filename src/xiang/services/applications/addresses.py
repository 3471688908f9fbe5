"""Where the form of a draft is filled in: rooms above say so for their kinds of draft and ways of coming."""

from __future__ import annotations

from django.urls import reverse

from xiang.foundation.forms.models import Draft
from xiang.foundation.parties.actors import Actor

_places: dict[str, str] = {}
_homes: dict[str, str] = {}


def register(kind_or_channel: str, url_name: str, home: str = "cases:mine") -> None:
    """The page for drafts of this kind, or for those that an officer fills in over this channel, and where somebody
    goes who leaves it; called at start."""
    _places[kind_or_channel], _homes[kind_or_channel] = url_name, home


def form_url(draft: Draft, actor: Actor) -> str:
    """The address of a draft's form: the person's own page, or the clerk's at the window."""
    name = _places.get(draft.channel) if actor.is_staff else None
    return reverse(name or _places.get(draft.kind, "applications:draft"), args=[draft.id])


def home_url(draft: Draft, actor: Actor) -> str:
    """Where somebody goes who leaves a draft."""
    return reverse(_homes.get(draft.channel, "cases:mine") if actor.is_staff else "cases:mine")
