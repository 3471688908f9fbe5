"""What is written, in which transaction, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Refused
from xiang.foundation.ledger import canonical, operations
from xiang.foundation.ledger.models import DataUse, Entry, Payload


def with_check(body: str) -> str:
    total = sum(int(d) * w for d, w in zip(body, canonical._WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


CANARY = with_check("99010119900307779")


def use(**changes):
    given = {
        "subject": "blind-001-aa:" + "0" * 64,
        "body_key": "police",
        "fields": ["name", "marriage"],
        "purpose": "新生儿出生登记",
        "basis": "户口登记条例 第七条",
        "case_id": None,
        "case_number": "4301-1",
        "actor_ref": "staff:1",
        "resource_key": "civil.marriage",
    }
    return operations.record_use(**{**given, **changes})


@pytest.mark.django_db
class TestEntries:
    def test_an_entry_is_canonical_bytes_of_its_columns_and_nothing_else(self):
        case = UUID("01890000-0000-7000-8000-000000000001")
        with instant.frozen_at(datetime(2026, 3, 1, 2, 3, 4, 5, tzinfo=UTC)):
            entry = operations.record("case.accept", "staff:湘", {"b": "2", "a": "1"}, case_id=case)
        assert canonical.entry_bytes(Entry.objects.get(id=entry.id)).decode() == (
            '{"actor":"staff:湘","at":"2026-03-01T02:03:04.000005Z","case":"01890000-0000-7000-8000-000000000001",'
            f'"commitment":null,"id":"{entry.id}","kind":"case.accept","refs":{{"a":"1","b":"2"}},"v":1}}'
        )
        assert entry.leaf_index is None

    def test_an_entry_goes_with_the_transaction_it_describes(self):
        class Stop(Exception):
            pass

        with pytest.raises(Stop), transaction.atomic():
            operations.record("x", "system", {})
            raise Stop
        assert not Entry.objects.exists()

    @pytest.mark.parametrize("refs", [{"n": 1}, {"n": None}, {"n": 1.5}, {"n": {"a": "b"}}, {"n": "a\0b"}, {1: "a"}])
    def test_refs_are_plain_text(self, refs):
        with pytest.raises(TypeError):
            operations.record("x", "system", refs)

    @pytest.mark.parametrize("text", [CANARY, f"身份证{CANARY}号", CANARY.lower()])
    def test_an_identity_number_among_the_refs_is_refused(self, text):
        with pytest.raises(ValueError, match="identity number"):
            operations.record("x", "system", {"who": text})

    @pytest.mark.parametrize(
        "text",
        ["430100202609010000017", "8b78b3dd-4f64-4312-ad1b-16c5f868605e", CANARY[:-1] + "?", "91430100MA4L16JQ9B"],
    )
    def test_numbers_of_things_are_not_mistaken_for_people(self, text):
        operations.record("x", "system", {"what": text})

    def test_an_entry_is_never_changed_or_deleted(self):
        entry = operations.record("x", "system", {})
        entry.kind = "y"
        for change in (
            entry.save,
            entry.delete,
            Entry.objects.all().delete,
            lambda: Entry.objects.update(kind="y"),
            DataUse.objects.all().delete,
        ):
            with pytest.raises(TypeError, match="never"):
                change()

    def test_a_payload_is_committed_to_and_unreadable_in_the_table(self):
        entry = operations.record("x", "system", {}, payload={"name": "张三", "id": CANARY})
        kept = Payload.objects.get(entry=entry)
        assert kept.content["payload"] == {"name": "张三", "id": CANARY}
        assert canonical.commitment(kept.content["salt"], kept.content["payload"]) == entry.commitment
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM ledger_payload")
            assert CANARY not in cursor.fetchone()[0]

    def test_equal_payloads_have_unequal_commitments(self):
        one, two = (operations.record("x", "system", {}, payload={"yes": True}) for _ in range(2))
        assert one.commitment != two.commitment

    def test_a_payload_with_a_fraction_is_refused(self):
        with pytest.raises(TypeError):
            operations.record("x", "system", {}, payload={"weight": 3.2})


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        operations.record("x", "system", {})


@pytest.mark.django_db
class TestErasure:
    def test_erasing_drops_content_and_salt_and_is_an_entry_itself(self):
        entry = operations.record("x", "system", {}, payload={"name": "张三"})
        erasure = operations.erase_payload(entry, "staff:1", "retention_over")
        kept = Payload.objects.get(entry=entry)
        assert kept.content is None and kept.erased_at == erasure.at
        assert erasure.refs == {"entry": str(entry.id), "reason": "retention_over"}

    def test_it_happens_once(self):
        entry = operations.record("x", "system", {}, payload={"name": "张三"})
        operations.erase_payload(entry.id, "staff:1", "asked")
        with pytest.raises(Refused) as wrong:
            operations.erase_payload(entry.id, "staff:1", "asked")
        assert wrong.value.code == "already_erased"

    def test_an_entry_without_payload_has_nothing_to_erase(self):
        with pytest.raises(Absent):
            operations.erase_payload(operations.record("x", "system", {}), "staff:1", "asked")


@pytest.mark.django_db
class TestUses:
    def test_a_use_is_a_row_and_an_entry_that_commits_to_it(self):
        made = use()
        assert made.entry.kind == "data.served"
        assert made.entry.refs == {"use": str(made.id), "body": "police", "resource": "civil.marriage"}
        kept = DataUse.objects.get()
        assert canonical.commitment(kept.salt, canonical.use_facts(kept)) == made.entry.commitment
        assert made.subject not in canonical.entry_bytes(made.entry).decode()

    def test_a_refusal_is_recorded_with_its_reason_or_not_at_all(self):
        assert use(outcome="refused", reason="no_case").entry.kind == "data.refused"
        with pytest.raises(IntegrityError), transaction.atomic():
            use(outcome="refused")

    def test_a_use_without_purpose_is_refused(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            use(purpose="")

    @pytest.mark.parametrize("subject", [CANARY, f"id:{CANARY}", ""])
    def test_a_number_is_no_subject(self, subject):
        with pytest.raises(ValueError, match="blind index"):
            use(subject=subject)


@given(
    st.dictionaries(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    )
)
def test_canonical_json_is_one_text_for_one_value(value):
    import json

    made = canonical.encode(value)
    assert json.loads(made) == value
    assert canonical.encode(dict(reversed(list(value.items())))) == made
