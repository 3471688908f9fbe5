from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from xiang.foundation.ground import instant
from xiang.foundation.ground.adding import MOST, add, gathered
from xiang.foundation.ledger.models import Entry
from xiang.foundation.measures.models import Delta

pytestmark = pytest.mark.django_db


def entry(kind="test"):
    return Entry(kind=kind, at=instant.now(), actor_ref="system")


def delta():
    return Delta(measure="test", day=instant.today(), dims="{}", numerator=1, denominator=1)


def test_rows_of_many_tables_are_written_at_the_end_of_the_block():
    with transaction.atomic():
        with gathered():
            add([entry(), entry()])
            add([delta()])
            assert Entry.objects.count() == 0
        assert (Entry.objects.count(), Delta.objects.count()) == (2, 1)


def test_without_a_block_rows_are_written_at_once():
    with transaction.atomic():
        add([entry()])
        assert Entry.objects.count() == 1


def test_one_statement_writes_them_where_the_engine_can():
    with transaction.atomic(), CaptureQueriesContext(connection) as asked, gathered():
        add([entry(), delta(), entry(), delta()])
    assert len(asked) == (1 if connection.vendor == "postgresql" else 2)
    assert (Entry.objects.count(), Delta.objects.count()) == (2, 2)


def test_a_block_that_fails_writes_nothing():
    with pytest.raises(LookupError), transaction.atomic(), gathered():
        add([entry()])
        raise LookupError
    assert Entry.objects.count() == 0


def test_what_a_savepoint_undoes_stays_undone():
    with transaction.atomic(), gathered():
        add([entry("kept")])
        with pytest.raises(LookupError), transaction.atomic():
            add([entry("undone")])
            assert Entry.objects.filter(kind="undone").exists(), "inside a savepoint rows are written at once"
            raise LookupError
    assert list(Entry.objects.values_list("kind", flat=True)) == ["kept"]


def test_a_block_within_a_block_is_written_with_it():
    with transaction.atomic(), gathered():
        add([entry("outer")])
        with gathered():
            add([entry("inner")])
        assert Entry.objects.count() == 0
    assert set(Entry.objects.values_list("kind", flat=True)) == {"outer", "inner"}


def test_a_block_that_fails_within_a_block_takes_its_rows_with_it():
    with transaction.atomic(), gathered():
        add([entry("outer")])
        with pytest.raises(LookupError), gathered():
            add([entry("inner")])
            raise LookupError
    assert list(Entry.objects.values_list("kind", flat=True)) == ["outer"]


def test_many_rows_are_written_in_portions():
    with transaction.atomic(), gathered():
        add(entry() for _ in range(MOST + 1))
        add([delta()])
    assert (Entry.objects.count(), Delta.objects.count()) == (MOST + 1, 1)


def test_a_row_that_breaks_a_rule_is_refused_like_any_other():
    first = entry()
    with pytest.raises(IntegrityError), transaction.atomic(), gathered():
        add([first, delta(), Entry(id=first.id, kind="again", at=instant.now(), actor_ref="system")])


def test_a_written_row_knows_that_it_is_there():
    row = entry()
    with transaction.atomic():
        add([row])
    with pytest.raises(TypeError):
        row.save()
