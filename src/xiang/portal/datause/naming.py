"""What is meant by the resources that uses name: tables of departments, and a person's own credentials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xiang.foundation.ground.reference import recall
from xiang.foundation.parties.models import Body
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import Resource
from xiang.services.credentials.models import CredentialType

CREDENTIAL = "credential:"
OWN = "电子证照库"


def body_names(keys: Iterable[str]) -> dict[str, str]:
    """Bodies in full, as the law asks; the key when the body is not known."""
    known = recall("places", "portal.bodies", lambda: dict(Body.objects.values_list("key", "name")))
    return {key: known.get(key, key) for key in keys}


@dataclass(frozen=True)
class Named:
    """Titles of resources and of their fields, read at once."""

    resources: Mapping[str, Resource]
    kinds: Mapping[str, CredentialType]
    bodies: Mapping[str, str]

    @classmethod
    def of(cls, resource_keys: set[str], body_keys: set[str]) -> Named:
        resources = inventory.resources(resource_keys)
        wanted = {key.removeprefix(CREDENTIAL) for key in resource_keys if key.startswith(CREDENTIAL)}
        kinds = {row.key: row for row in CredentialType.objects.filter(key__in=wanted)} if wanted else {}
        return cls(resources, kinds, body_names(body_keys | {one.system.body_key for one in resources.values()}))

    def body(self, key: str) -> str:
        return self.bodies.get(key, key)

    def title(self, resource_key: str) -> str:
        """婚姻登记信息, 居民身份证; the key of what is no longer there."""
        kind = self.kinds.get(resource_key.removeprefix(CREDENTIAL))
        resource = self.resources.get(resource_key)
        return kind.title if kind else resource.title if resource else resource_key

    def keeper(self, resource_key: str) -> str:
        """Whose data it is: the body that keeps it."""
        resource = self.resources.get(resource_key)
        if resource is not None:
            return self.body(resource.system.body_key)
        return OWN if resource_key.startswith(CREDENTIAL) else ""

    def fields(self, resource_key: str, names: Sequence[str]) -> list[str]:
        """The fields as people call them."""
        kind = self.kinds.get(resource_key.removeprefix(CREDENTIAL))
        resource = self.resources.get(resource_key)
        if kind is not None:
            known = {row["key"]: row["title"] for row in kind.content.get("fields", ())}
        else:
            known = {name: one.title for name, one in resource.data_fields.items()} if resource else {}
        return [known.get(name, "有没有登记") for name in names]
