"""Reading the hub, each under the rights of who asks: systems, grants, requests, disputes, scenarios, figures."""

from xiang.hub.sharing.queries.duties import Duties, duties
from xiang.hub.sharing.queries.requests import (
    agreement_of,
    channels,
    draft_for,
    drafts,
    grants_for,
    offered,
    request_for,
    requests_for,
)
from xiang.hub.sharing.queries.satisfaction import League, Met, ScenarioShown, league, satisfaction, scenario_for
from xiang.hub.sharing.queries.standings import (
    Calls,
    Standing,
    calls_since,
    disputes_of,
    disputes_to_check,
    grants_on,
    need_steward,
    open_disputes_about,
    reportable,
    resource_for,
    standings,
)

__all__ = [
    "Calls",
    "Duties",
    "League",
    "Met",
    "ScenarioShown",
    "Standing",
    "agreement_of",
    "calls_since",
    "channels",
    "disputes_of",
    "disputes_to_check",
    "draft_for",
    "drafts",
    "duties",
    "grants_for",
    "grants_on",
    "league",
    "need_steward",
    "offered",
    "open_disputes_about",
    "reportable",
    "request_for",
    "requests_for",
    "resource_for",
    "satisfaction",
    "scenario_for",
    "standings",
]
