"""Start-up checks: a purpose nobody serves, a plugin that lacks its settings, a pretence in earnest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from xiang.foundation.plugins import queries


def check_plugins(**kwargs: Any) -> list[CheckMessage]:
    """``plugins.E001`` chosen but not installed, ``W001`` none chosen, ``E002`` incomplete, ``W002`` a pretence."""
    found: list[CheckMessage] = []
    for purpose, title, key in queries.unserved():
        hint = f"请在 XIANG_PLUGINS 里写 {purpose}=插件名；可选的插件见 ./xiang manage plugins。"
        if key is None:
            found.append(Warning(f"“{title}”（{purpose}）没有选定插件。", hint=hint, id="plugins.W001"))
        else:
            found.append(Error(f"“{title}”（{purpose}）选定的插件 {key} 没有安装。", hint=hint, id="plugins.E001"))
    for state in filter(lambda state: state.active, queries.states()):
        for problem in state.problems:
            where = f"{state.purpose}/{state.key}"
            found.append(Error(f"{where}: {problem.detail}（{problem.code}）", hint=problem.hint, id="plugins.E002"))
        if state.demo and not settings.DEMO:
            hint = "演示插件不会真的发出任何东西；正式使用前请换成真实的插件。"
            found.append(Warning(f"“{state.purpose_title}”用的是演示插件。", hint=hint, id="plugins.W002"))
    return found
