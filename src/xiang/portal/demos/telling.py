"""Telling a story: numbered steps in words, kept as data with stable keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xiang.portal.demos.player import NotOffered, Player

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: ``key`` never changes, ``words`` are for people, ``facts`` for programs."""

    key: str
    words: str
    facts: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "words": self.words, **({"facts": self.facts} if self.facts else {})}


@dataclass
class Telling:
    """The steps of one playing, said aloud as they happen."""

    story: str
    title: str
    say: Say = lambda line: None
    steps: list[Step] = field(default_factory=list)

    def tell(self, key: str, words: str, **facts: Any) -> None:
        """Something happened."""
        self.steps.append(Step(key, words, facts))
        self.say(f"{len(self.steps):>3}  {words}")

    def to_json(self) -> dict[str, Any]:
        return {"story": self.story, "title": self.title, "steps": [step.to_json() for step in self.steps]}

    def facts(self, key: str) -> dict[str, Any]:
        """What was told under a key, last."""
        return next(step.facts for step in reversed(self.steps) if step.key == key)


Play = Callable[[Player, Telling], None]


@dataclass(frozen=True, slots=True)
class Story:
    """A story with its name and its playing."""

    key: str
    title: str
    about: str
    play: Play


def story(key: str, title: str, about: str) -> Callable[[Play], Story]:
    """Name what is played."""
    return lambda play: Story(key, title, about, play)


def perform(wanted: Story, player: Player, say: Say = lambda line: None) -> Telling:
    """Play a story through; what it told."""
    telling = Telling(wanted.key, wanted.title, say)
    say(f"{wanted.title}：{wanted.about}")
    try:
        wanted.play(player, telling)
    except NotOffered as missing:
        words = "接下来的一步公开接口没有开放，故事到这里为止；不带 --url 再演一次，看全部"
        telling.tell("not_offered", words, missing=str(missing))
    return telling
