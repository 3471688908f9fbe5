"""The contract of a plugin, and the registries that rooms declare.

A room that needs an outside system writes a subclass of :class:`Plugin` with the calls it needs, declares
``gateways: Registry[SmsGateway] = Registry("sms", "短信")`` and registers its vendors in ``AppConfig.ready()``.
Which vendor works is the installation's choice: ``XIANG_PLUGINS=sms=demo,payment=unionpay``; with a single vendor
registered, no choice is needed.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.conf import settings

from xiang.foundation.ground.errors import Unavailable


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """Something that keeps a plugin from working: a stable code, what is wrong, and how to mend it."""

    code: str
    detail: str
    hint: str = ""


class Plugin(ABC):
    """An adapter to one outside system. ``demo`` marks one that only pretends."""

    key: str
    title: str
    demo: bool = False

    def check_config(self) -> list[ConfigProblem]:
        """What is missing, judged without the network: it runs at every start."""
        return []


P = TypeVar("P", bound=Plugin)

_registries: dict[str, Registry[Any]] = {}


class Registry(Generic[P]):
    """The plugins of one purpose."""

    def __init__(self, purpose: str, title: str = "", *, several: bool = False) -> None:
        if purpose in _registries:
            raise ValueError(f"two registries for {purpose}")
        self.purpose = purpose
        self.title = title or purpose
        self.several = several  # vendors work side by side, each for its own part: none is chosen
        self._plugins: dict[str, P] = {}
        _registries[purpose] = self

    def register(self, plugin: P) -> P:
        """Add a plugin; two of one key are a mistake."""
        known = self._plugins.get(plugin.key)
        if known is not None and type(known) is not type(plugin):
            raise ValueError(f"two {self.purpose} plugins are called {plugin.key}")
        self._plugins[plugin.key] = plugin
        return plugin

    def get(self, key: str) -> P:
        """The plugin of this key; :class:`Unavailable` when it is not installed."""
        try:
            return self._plugins[key]
        except KeyError:
            raise Unavailable(
                "plugin_missing", f"“{self.title}”没有安装“{key}”这个插件。", purpose=self.purpose, key=key
            ) from None

    def all(self) -> list[P]:
        """Every plugin, by key."""
        return [self._plugins[key] for key in sorted(self._plugins)]

    def chosen_key(self) -> str | None:
        """The key that this installation chose, or the only one there is."""
        choices: Mapping[str, str] = getattr(settings, "PLUGINS", {})
        only = next(iter(self._plugins)) if len(self._plugins) == 1 else None
        return choices.get(self.purpose, only)

    def active(self) -> P:
        """The plugin at work; :class:`Unavailable` when none was chosen."""
        key = self.chosen_key()
        if key is None:
            raise Unavailable("plugin_not_chosen", f"“{self.title}”还没有选定插件。", purpose=self.purpose)
        return self.get(key)


def registries() -> list[Registry[Any]]:
    """Every registry that a room declared, by purpose."""
    return [_registries[purpose] for purpose in sorted(_registries)]


def parse_choices(text: str) -> dict[str, str]:
    """``sms=demo,payment=demo`` as a mapping; refuses what is not so written."""
    choices: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        purpose, sign, key = (piece.strip() for piece in part.partition("="))
        if not (purpose and sign and key):
            raise ValueError(f"XIANG_PLUGINS: {part!r} should read purpose=plugin")
        choices[purpose] = key
    return choices
