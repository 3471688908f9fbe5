"""Which plugins there are, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass

from xiang.foundation.plugins.registry import ConfigProblem, registries


@dataclass(frozen=True, slots=True)
class PluginState:
    """One plugin as an operator sees it."""

    purpose: str
    purpose_title: str
    key: str
    title: str
    active: bool
    demo: bool
    problems: tuple[ConfigProblem, ...]


def states() -> list[PluginState]:
    """Every registered plugin with its state."""
    return [
        PluginState(
            registry.purpose,
            registry.title,
            plugin.key,
            plugin.title,
            registry.several or plugin.key == registry.chosen_key(),
            plugin.demo,
            tuple(plugin.check_config()),
        )
        for registry in registries()
        for plugin in registry.all()
    ]


def unserved() -> list[tuple[str, str, str | None]]:
    """Purposes without a plugin at work: purpose, title, and the key that was chosen but is not installed."""
    return [
        (registry.purpose, registry.title, registry.chosen_key())
        for registry in registries()
        if not registry.several and registry.chosen_key() not in {plugin.key for plugin in registry.all()}
    ]
