"""What was published, in memory: applications, resources, plans, settings. A new catalogue takes the place of the old."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeAlias

from xiang.hub.gateway.plane.resources import Resource, resource_of
from xiang.hub.policies import plans
from xiang.hub.policies.asking import Trees
from xiang.hub.policies.deciding import Index
from xiang.hub.policies.plans import Plan

log = logging.getLogger("xiang.gateway")

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Document:
    """One published thing. ``kind`` is ``application``, ``resource``, ``plan``, ``settings`` or ``trees``."""

    kind: str
    key: str
    version: int
    content: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """A department's client (应用). ``keys``: key id → id of the root that its secret is derived from; ``certificates``
    are digests of client certificates; ``rate`` is calls a second, 0 for the common one."""

    key: str
    title: str
    body: str
    division: str = ""
    environment: str = ""
    rate: int = 0
    keys: Mapping[str, str] = field(default_factory=dict)
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the plane is told beside the grants; every figure comes from a dated row of the statutes when it is published.

    ``replay``, ``sealing`` and ``token`` are seconds; ``application_rate`` and ``address_rate`` calls a second.
    """

    replay: int = 300
    sealing: int = 900
    token: int = 600
    application_rate: int = 2000
    address_rate: int = 2000
    batch: int = 100
    proxies: tuple[Network, ...] = ()


class Catalogue:
    """Everything published, ready to be asked."""

    def __init__(self, version: int, parsed: Mapping[tuple[str, str], Any]) -> None:
        self.version = version
        kinds: dict[str, list[Any]] = {}
        for (kind, _), one in parsed.items():
            kinds.setdefault(kind, []).append(one)
        self.resources: dict[str, Resource] = {one.key: one for one in kinds.get("resource", [])}
        applications: list[Application] = kinds.get("application", [])
        self.applications = {one.key: one for one in applications}
        self.by_key = {key: one for one in applications for key in one.keys}
        self.by_certificate = {digest: one for one in applications for digest in one.certificates}
        self.settings: Settings = next(iter(kinds.get("settings", [])), Settings())
        trees: Trees = next(iter(kinds.get("trees", [])), Trees())
        plans_held: list[Plan] = kinds.get("plan", [])
        self.index = Index(plans_held, trees)


class Shelf:
    """Documents as they come in; parsed once each, so that one revocation does not read ten thousand plans again."""

    def __init__(self) -> None:
        self.version = 0
        self._parsed: dict[tuple[str, str], Any] = {}

    def put(self, version: int, documents: Iterable[Document]) -> Catalogue:
        """Take what changed and make the catalogue of that version. A document that cannot be read is as if it were
        gone: nothing is given on terms that are not understood."""
        for one in documents:
            place = (one.kind, one.key)
            self._parsed.pop(place, None)
            if not one.gone and one.kind in _READERS:
                try:
                    self._parsed[place] = _READERS[one.kind](json.loads(one.content))
                except (ValueError, KeyError, TypeError) as wrong:
                    log.error("%s %s cannot be read: %s", *place, type(wrong).__name__)
        self.version = version
        return Catalogue(version, self._parsed)


def _application(said: Mapping[str, Any]) -> Application:
    return Application(**{**said, "certificates": frozenset(said.get("certificates", ()))})


def _settings(said: Mapping[str, Any]) -> Settings:
    return Settings(**{**said, "proxies": tuple(ip_network(one) for one in said.get("proxies", ()))})


def _trees(said: Mapping[str, Any]) -> Trees:
    return Trees(**said)


_READERS = {
    "application": _application,
    "resource": resource_of,
    "plan": plans.of_json,
    "settings": _settings,
    "trees": _trees,
}
