"""Applications, resources, grants and settings as the plane reads them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from xiang.foundation.ground import instant
from xiang.foundation.parties import numbers
from xiang.foundation.parties.models import Scheme
from xiang.foundation.statutes import queries as statutes
from xiang.hub.gateway.models import Application, ApplicationKey
from xiang.hub.gateway.plane.catalogue import Settings
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import Resource
from xiang.hub.policies import plans
from xiang.hub.policies.plans import Plan, PlanRule, micros
from xiang.hub.sharing.models import Agreement, Grant
from xiang.hub.sources import queries as connections
from xiang.hub.zone import places
from xiang.hub.zone.models import ServingCopy

ENVIRONMENT = "gateway"
#: Rows of the statutes that the plane is told, by the name of the setting. Seconds, calls a second, people a batch.
TERMS = {
    "replay": "gateway.replay_seconds",
    "sealing": "gateway.sealing_seconds",
    "token": "gateway.token_seconds",
    "application_rate": "gateway.application_rate",
    "address_rate": "gateway.address_rate",
    "batch": "gateway.batch_size",
}
_MANY = 50
_Place = tuple[str, str]


def everything() -> dict[_Place, str]:
    """Every document that should be published, by kind and key."""
    found: dict[_Place, str] = {("settings", "gateway"): limits()}
    live = Application.objects.prefetch_related("keys").filter(stopped_at=None)
    found |= {("application", one.key): content for one in live if (content := application(one))}
    mounted = inventory.resources()
    copies = {copy.table.key: copy for copy in ServingCopy.objects.select_related("table")}
    for key, one in mounted.items():
        if source := source_of(one, copies.get(key)):
            found["resource", key] = resource(one, source)
    found |= {("plan", key): plan for key, plan in grants().items()}
    return found


def application(one: Application) -> str | None:
    """An application with the keys that work now; None when it is stopped."""
    if one.stopped_at is not None:
        return None
    live = ApplicationKey.objects.filter(Q(ends_at=None) | Q(ends_at__gt=instant.now()), revoked_at=None)
    said = {
        "key": one.key,
        "title": one.title,
        "body": one.body_key,
        "division": one.division,
        "environment": one.environment or ENVIRONMENT,
        "rate": one.rate,
        "keys": dict(live.filter(application=one).values_list("id", "root")),
        "certificates": one.certificates,
    }
    return _text(said)


def resource(one: Resource, source: Mapping[str, Any]) -> str:
    lookup = one.lookup
    items = [
        {"name": item.name, "title": item.title, "type": item.type, "column": item.column}
        for item in one.data_fields.values()
    ]
    return _text(
        {
            "key": one.key,
            "title": one.title,
            "items": items,
            "match": lookup.columns,
            "source": source,
            "order": lookup.order,
            "limit": _MANY if lookup.many else 1,
            "blind": blind_scheme(lookup.scheme) if one.personal else "",
            "subject": lookup.scheme,
        }
    )


def blind_scheme(scheme: str) -> str:
    """The name under which the ledger indexes the people of a resource, so that they find its uses."""
    known = Scheme.RESIDENT_ID if scheme == "id_number" else scheme
    return numbers.blind_scheme(known) if known in Scheme.values else scheme


def source_of(one: Resource, copy: ServingCopy | None) -> dict[str, Any] | None:
    """Where the plane reads it: the copy for look-up where there is one, else the department's own; None: nowhere."""
    if copy is not None and connection.vendor == "postgresql":
        return {"kind": "postgresql", "table": places.copy_table(copy.table)}
    if copy is not None:
        return {
            "kind": "sqlite",
            "address": str(places.copy_of(copy.table).relative_to(settings.DATA)),
            "table": "rows",
        }
    address = one.system.connection
    if address.startswith("sqlite:") and os.sep not in address:
        return {"kind": "sqlite", "address": f"sources/{address[7:]}.sqlite3", "table": one.table}
    if address.startswith(connections.PREFIX):
        return _kept(address, one.table)
    kind = _kind(os.environ.get(address[4:], "") if address.startswith("env:") else address)
    return {"kind": kind, "address": address, "table": one.table} if kind else None


def _kept(name: str, table: str) -> dict[str, Any] | None:
    """A connection of the hub's: its address goes to the plane as it lies in the records, sealed."""
    found = connections.sealed_of(name)
    if found is None:
        return None
    return {
        "kind": found.engine,
        "address": name,
        "table": table,
        "sealed": found.envelope,
        "bound": found.context,
    }


def _kind(address: str) -> str:
    if address.startswith(("http://", "https://")):
        return "http"
    if address.startswith(("mysql://", "mariadb://")):
        return "mariadb"
    return "postgresql" if address.startswith(("postgres://", "postgresql://")) else ""


def grants(*keys: str) -> dict[str, str]:
    """The plan of each grant that the gateway serves by, or of these: of its newest agreement, or made of the grant
    itself."""
    newest = Agreement.objects.filter(grant=OuterRef("pk")).order_by("-version")
    rows = Grant.objects.select_related("resource").annotate(agreed=Subquery(newest.values("plan")[:1]))
    rows = rows.filter(key__in=keys) if keys else rows
    return {
        grant.key: grant.agreed or plans.dumps(plan_of(grant))
        for grant in rows.filter(mode__in=["", "api"])
        # "Whichever body handles the item" means a case, and the gateway knows no cases: that stays with the forms.
        if grant.agreed or grant.requester != "*"
    }


def plan_of(grant: Grant) -> Plan:
    """The plan of a grant without an agreement: it was loaded with the profile."""
    ends = None if grant.valid_to is None else micros(instant.start_of(grant.valid_to + timedelta(days=1)))
    rule = PlanRule(
        uid=f"{grant.key}.use",
        actions=("read", "xp:query", "xp:batch"),
        target=grant.resource.key,
        assignees=(grant.requester,),
        columns=frozenset(grant.fields),
        purposes=None if "*" in grant.purposes else frozenset(grant.purposes),
        items=None if "*" in grant.items else frozenset(grant.items),
        begins=micros(instant.start_of(grant.valid_from)),
        ends=ends,
        quota=grant.quota,
    )
    revoked = grant.revoked_at is not None
    return Plan(uid=grant.key, rules=(rule,), title=grant.title, basis=grant.basis, revoked=revoked)


def limits() -> str:
    """The settings: what the statutes say today, else what the plane holds for itself; trusted proxies of the site."""
    rows = statutes.find_many(list(TERMS.values()), instant.today())
    said: dict[str, Any] = {name: int(rows[key].number()) for name, key in TERMS.items() if key in rows}
    said["proxies"] = [one for one in os.environ.get("XIANG_GATEWAY_PROXIES", "").split(",") if one]
    return _text(said)


def known_limits() -> Settings:
    """The same as the plane understands it."""
    said = json.loads(limits())
    return Settings(
        **{one.name: said[one.name] for one in fields(Settings) if one.name in said and one.name != "proxies"}
    )


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
