"""From applications and grants to the plane and back to the ledger: "who used my data"."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Forbidden, Invalid, Refused
from xiang.foundation.ledger import canonical, sealer
from xiang.foundation.ledger import queries as ledger
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM, Actor
from xiang.foundation.trust import blind
from xiang.hub.gateway import operations
from xiang.hub.gateway.models import ApplicationKey, Call, Count, Document, Publication
from xiang.hub.gateway.tests.records import BODY, VALUES, Hub, Served
from xiang.hub.gateway.tests.stage import LI
from xiang.hub.inventory import operations as inventory
from xiang.hub.inventory.models import System
from xiang.hub.sharing import operations as sharing
from xiang.hub.sources import operations as sources


def documents(kind: str) -> dict[str, Any]:
    return {one.key: json.loads(one.content) for one in Document.objects.filter(kind=kind, gone=False)}


def test_what_is_published_follows_the_records(hub: Hub) -> None:
    operations.register("hall", VALUES, SYSTEM)
    assert operations.sync() >= 3
    assert documents("application")["hall"]["keys"] == {}
    assert documents("resource")["people"]["source"]["address"] == "sources/gateway_police.sqlite3"
    assert documents("plan")["g.people"]["rules"][0]["assignees"] == [BODY]
    version = Publication.objects.get().version
    assert operations.sync() == 0
    sharing.revoke_grant("g.people", "不再需要", SYSTEM)
    assert documents("plan")["g.people"]["revoked"] is True, "nobody waits for the worker"
    assert Publication.objects.get().version == version + 1
    hub.grant(fields=["phone"])
    assert documents("plan")["g.people"]["rules"][0]["columns"] == ["phone"]
    inventory.unmount("people", SYSTEM)
    assert operations.publish_if_changed() >= 1
    assert documents("resource") == {}
    assert operations.publish_if_changed() == 0


def test_a_kept_connection_is_published_sealed_and_its_change_is_noticed(hub: Hub) -> None:
    said = {"engine": "mariadb", "host": "10.1.2.3", "database": "d", "user": "u", "purpose": "p", "secret": "Canary-1"}
    parties.put_body(SYSTEM, key="430104.kept", name="甲局", division="", level="county")
    made = sources.put("430104.kept", "people", said, SYSTEM)
    System.objects.filter(resources__key="people").update(connection=made.ref)
    operations.sync()
    source = documents("resource")["people"]["source"]
    assert (source["kind"], source["address"]) == ("mariadb", "kept:430104.kept__people")
    assert "Canary" not in str(list(Document.objects.values()))
    operations.publish_if_changed()
    sources.change_secret(made.pk, "Canary-2", SYSTEM)
    assert operations.publish_if_changed() == 1
    sources.retire(made.pk, SYSTEM)
    operations.publish_if_changed()
    assert "people" not in documents("resource"), "what leads nowhere is not served"


def test_a_grant_to_whoever_handles_the_item_stays_with_the_forms(hub: Hub) -> None:
    hub.grant(requester="*")
    operations.sync()
    assert documents("plan") == {}


def test_the_secret_of_a_key_is_shown_once_and_kept_nowhere(hub: Hub) -> None:
    operations.register("hall", VALUES, SYSTEM)
    made = operations.new_key("hall", SYSTEM)
    kept = (
        str(list(ApplicationKey.objects.values())) + str(documents("application")) + str(list(Entry.objects.values()))
    )
    assert len(made.secret) == 64
    assert made.secret not in kept
    assert documents("application")["hall"]["keys"] == {made.key.id: made.key.root}


def test_an_old_key_ends_with_its_grace(hub: Hub) -> None:
    operations.register("hall", VALUES, SYSTEM)
    first = operations.new_key("hall", SYSTEM).key.id
    second = operations.new_key("hall", SYSTEM, grace=timedelta(hours=1)).key.id
    assert set(documents("application")["hall"]["keys"]) == {first, second}
    with instant.frozen_at(instant.now() + timedelta(hours=2)):
        operations.sync()
        assert set(documents("application")["hall"]["keys"]) == {second}
        operations.revoke_key(second, SYSTEM)
    assert documents("application")["hall"]["keys"] == {}
    with pytest.raises(Refused, match="key_revoked"):
        operations.revoke_key(second, SYSTEM)


def test_a_stopped_application_is_gone_from_the_plane(hub: Hub) -> None:
    operations.register("hall", VALUES, SYSTEM)
    operations.stop("hall", SYSTEM)
    assert documents("application") == {}
    with pytest.raises(Refused, match="application_stopped"):
        operations.new_key("hall", SYSTEM)


def test_only_stewards_register_and_a_certificate_belongs_to_one(hub: Hub) -> None:
    with pytest.raises(Forbidden, match="not_steward"):
        operations.register("hall", VALUES, Actor())
    operations.register("hall", {**VALUES, "certificates": ["ab" * 32]}, SYSTEM)
    with pytest.raises(Invalid) as wrong:
        operations.register("other", {**VALUES, "certificates": ["ab" * 32, "xy"]}, SYSTEM)
    assert [one.code for one in wrong.value.errors] == ["certificate_taken", "digest_form"]


def test_a_call_becomes_a_use_that_the_person_finds_and_the_ledger_proves(served: Served) -> None:
    answer = served.call()
    assert answer.said["rows"] == [{"name": "李小明"}]
    assert served.call(fields=("phone",)).code == "field_not_granted"
    assert operations.take() == 2
    uses = list(ledger.uses_of([blind.index(LI, "id")]))
    assert [use.outcome for use in uses] == ["refused", "served"]
    (use,) = DataUse.objects.filter(outcome="served")
    assert str(use.id) == answer.said["call"]
    assert (use.body_key, use.resource_key, use.purpose, use.fields) == (BODY, "people", "办理登记", ["name"])
    assert use.entry.commitment == canonical.commitment(use.salt, canonical.use_facts(use))
    sealer.seal_pending()
    use.entry.refresh_from_db()
    assert use.entry.leaf_index is not None
    assert operations.take() == 0


def test_a_record_that_was_changed_on_the_way_is_an_entry_of_its_own(served: Served) -> None:
    served.call()
    row = Call.objects.get()
    Call.objects.filter(pk=row.pk).update(facts=row.facts.replace(BODY, "430104.other"))
    operations.take()
    assert DataUse.objects.count() == 0
    assert Entry.objects.filter(kind="data.damaged").count() == 1


def test_one_damaged_record_does_not_keep_the_others_from_the_ledger(served: Served) -> None:
    served.call()
    Call.objects.update(facts="no json")
    served.call()
    assert operations.take() == 2
    assert DataUse.objects.count() == 1
    assert Entry.objects.filter(kind="data.damaged").count() == 1


def test_counts_of_windows_that_are_over_are_dropped(hub: Hub) -> None:
    now = int(instant.now().timestamp())
    for key in (f"g.use|{now - 7200}+3600", f"g.use|{now - 60}+3600", "g.use"):
        Count.objects.create(key=key, used=1)
    assert operations.tidy() == 1
    assert sorted(Count.objects.values_list("key", flat=True)) == ["g.use", f"g.use|{now - 60}+3600"]


def test_a_revocation_reaches_the_plane_and_a_new_grant_too(served: Served) -> None:
    assert served.call().status == 200
    sharing.revoke_grant("g.people", "不再需要", SYSTEM)
    begun = time.monotonic()
    served.until(lambda: served.call().code == "grant_revoked")
    assert time.monotonic() - begun < 5
    Hub(served.data).grant(fields=["name", "phone"])
    operations.sync()
    served.until(lambda: served.call(fields=("phone",)).status == 200)


def test_a_revoked_key_works_no_more(served: Served) -> None:
    assert served.call().status == 200
    operations.revoke_key(served.key, SYSTEM)
    served.until(lambda: served.call().code == "key_unknown")


def test_records_taken_are_dropped_when_their_nonces_matter_no_more(served: Served) -> None:
    served.call()
    operations.take()
    assert operations.prune() == 0
    old = "00000000-0000-7000-8000-000000000000"
    Call.objects.filter(taken_at__isnull=False).update(id=old)
    assert operations.prune() == 1
    assert DataUse.objects.count() == 1
