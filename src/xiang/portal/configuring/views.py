"""``/config-home/``: one page that leads to everything configurable, the doubtful first."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xiang.foundation.ground import instant
from xiang.foundation.measures import queries as measures
from xiang.foundation.pages.components import CounterView
from xiang.foundation.pages.http import page
from xiang.foundation.plugins import queries as plugins
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.publishing.profile.sections import sections
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.portal import links, rights


@login_required
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """Editions in review, conflicts with the profile, unconfirmed parameters and targets, plugins with their faults."""
    rights.need(request, rights.CONFIG)
    kinds = publishing.kinds()
    rules = [statutes.row_of(rule) for rule in statutes.rules(instant.today())]
    doubtful = [rule for rule in rules if not rule.confirmed]
    states = plugins.states()
    troubled = [state for state in states if state.active and state.problems]
    unserved = plugins.unserved()
    titles = {section.kind: section.title for section in sections()}
    waiting = sum(kind["waiting"] for kind in kinds)
    conflicts = publishing.conflicts().count()
    context = {
        "nav": "config-home",
        "counters": _counters(waiting, conflicts, len(doubtful), len(troubled) + len(unserved)),
        "kinds": [(titles.get(kind["kind"], kind["kind"]), kind["keys"]) for kind in kinds],
        "rules": len(rules),
        "doubtful": _by_source(doubtful),
        "doubtful_count": len(doubtful),
        "targets": [target for target in measures.targets_on().values() if not target.confirmed],
        "plugins": states,
        "unserved": unserved,
        "rules_url": links.url("statutes:rules"),
        "editions_url": links.url("publishing:editions"),
        "screens_url": links.url("admin:index"),
    }
    return page(request, "portal/configuring/landing.html", context)


def _counters(waiting: int, conflicts: int, doubtful: int, plugins: int) -> list[CounterView]:
    editions, rules = links.url("publishing:editions"), links.url("statutes:rules")
    return [
        CounterView("you" if waiting else "done", "等审核的版本", str(waiting), editions),
        CounterView("soon" if conflicts else "done", "和配置文件不一致", str(conflicts), editions),
        CounterView("soon" if doubtful else "done", "依据待核实的参数", str(doubtful), f"{rules}?confirmed=0"),
        CounterView("late" if plugins else "done", "不能用的插件", str(plugins), "#plugins"),
    ]


def _by_source(rules: list[RuleRow]) -> list[tuple[str, list[RuleRow]]]:
    """Unconfirmed parameters under the text that they are said to come from."""
    found: dict[str, list[RuleRow]] = {}
    for rule in rules:
        found.setdefault(rule.citation or "没有写依据", []).append(rule)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))
