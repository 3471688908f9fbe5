from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest


class PortalConfig(AppConfig):
    name = "xiang.portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from xiang.foundation.pages import panels
        from xiang.portal.datause.views import after_progress, after_receipt
        from xiang.portal.province import checking

        checking.register()
        panels.register("receipt.after", 40, after_receipt)
        panels.register("progress.after", 40, after_progress)
        _navigate()


def _navigate() -> None:
    """The portal's pages in everybody's navigation."""
    from xiang.foundation.pages.navigation import Visible, counter, register
    from xiang.foundation.parties.actors import actor_of
    from xiang.portal import rights
    from xiang.portal.auditing.views import unanswered

    def has(roles: frozenset[str]) -> Visible:
        return lambda request: rights.holds(request, roles)

    def own_data(request: HttpRequest) -> bool:
        actor = actor_of(request)
        return actor.signed_in and not actor.is_staff and actor.delegation_id is None

    register("resident", "home", "首页", "portal:home", "home", 10, tab="首页")
    register("resident", "data-use", "谁用了我的数据", "portal:data_use", "eye", 50, own_data)
    register("foot", "data-use", "谁用了我的数据", "portal:data_use", "eye", 25)
    board, audit, config = (has(roles) for roles in (rights.BOARD, rights.AUDIT, rights.CONFIG))
    register("board", "board", "效能", "portal:board", "chart-line", 10, board)
    register("desk", "board", "看板", "portal:board", "chart-line", 610, board, section="监督")
    counter("objections", lambda request: unanswered())
    for order, key, label, name, icon, count in (
        (700, "audit", "账本", "portal:audit", "shield-check", ""),
        (710, "audit-entries", "账目", "portal:entries", "list-search", ""),
        (720, "audit-refused", "被拒绝的查询", "portal:refused", "shield-x", ""),
        (730, "audit-objections", "数据使用异议", "portal:objections", "message-report", "objections"),
    ):
        register("desk", key, label, name, icon, order, audit, section="审计", counter=count)
    register("desk", "config-home", "配置", "portal:config", "settings", 900, config, section="配置")
