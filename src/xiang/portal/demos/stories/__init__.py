"""The stories, in the order in which they are offered."""

from __future__ import annotations

from xiang.portal.demos.stories import birth, curious_officer, figure, kinship, unplugged, wrong_marriage

__all__ = ["birth", "curious_officer", "figure", "kinship", "unplugged", "wrong_marriage"]
