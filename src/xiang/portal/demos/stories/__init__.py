"""The stories, in the order in which they are offered."""

from __future__ import annotations

from xiang.portal.demos.stories import birth, curious_officer, figure, kinship, unplugged, wrong_marriage
from xiang.portal.demos.telling import Story

STORIES: tuple[Story, ...] = (
    birth.play,
    kinship.play,
    wrong_marriage.play,
    curious_officer.play,
    unplugged.play,
    figure.play,
)


def find(key: str) -> Story | None:
    """The story of this name."""
    return next((one for one in STORIES if one.key == key), None)
