"""Sealed fields: nothing readable in the column, bound to the row, opened when read."""

from __future__ import annotations

import json

import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from xiang.foundation.trust.errors import BrokenSeal
from xiang.foundation.trust.fields import Sealed, SealedJSONField, SealedTextField

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters():
    with isolate_apps("xiang.foundation.trust"), connection.cursor() as cursor:

        class Letter(models.Model):
            id = models.CharField(primary_key=True, max_length=10)
            body = SealedJSONField(context="test.letter", null=True)
            note = SealedTextField(context="test.letter")

            class Meta:
                app_label = "trust"
                db_table = "test_letter"

        cursor.execute("CREATE TABLE test_letter (id varchar(10) PRIMARY KEY, body text, note text NOT NULL)")
        yield Letter
        cursor.execute("DROP TABLE test_letter")


def column(name, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM test_letter WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_what_is_saved_reads_back_and_the_column_shows_nothing(letters):
    letters(id="a", body={"name": "张三", "n": 1}, note="秘密").save()
    kept = letters.objects.get()
    assert kept.body == {"name": "张三", "n": 1} and kept.note == "秘密"
    assert "张三" not in column("body", "a") and "秘密" not in column("note", "a")


def test_a_value_copied_to_another_row_or_column_does_not_open(letters):
    letters.objects.bulk_create([letters(id="a", body={"n": 1}, note="一"), letters(id="b", body={"n": 2}, note="二")])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_letter SET body = (SELECT body FROM test_letter WHERE id = 'a') WHERE id = 'b'")
        cursor.execute("UPDATE test_letter SET note = body WHERE id = 'a'")
    with pytest.raises(BrokenSeal):
        _ = letters.objects.get(id="b").body
    with pytest.raises(BrokenSeal):
        _ = letters.objects.get(id="a").note


def test_a_list_that_never_looks_opens_nothing(letters):
    letters.objects.create(id="a", body={"n": 1}, note="一")
    row = letters.objects.get()
    assert isinstance(row.__dict__["body"], Sealed) and repr(row.__dict__["body"]) == "<Sealed>"
    before = column("body", "a")
    row.save()
    assert column("body", "a") == before


def test_a_change_inside_an_opened_value_is_saved(letters):
    letters.objects.create(id="a", body={"n": 1}, note="一")
    row = letters.objects.get()
    row.body["n"] = 2
    row.save(update_fields=["body"])
    assert letters.objects.get().body == {"n": 2}


def test_null_stays_null_and_deferred_loads(letters):
    letters.objects.create(id="a", body=None, note="一")
    row = letters.objects.defer("note").get()
    assert row.body is None and column("body", "a") is None
    assert row.note == "一"


def test_an_update_without_the_row_is_refused_and_with_it_works(letters):
    letters.objects.create(id="a", body=None, note="一")
    with pytest.raises(TypeError, match="sealed row by row"), transaction.atomic():
        letters.objects.update(note="二")
    field = letters._meta.get_field("note")
    letters.objects.filter(id="a").update(note=field.sealed("二", "a"))
    assert letters.objects.get().note == "二"


def test_values_and_filters_see_envelopes_only(letters):
    letters.objects.create(id="a", body={"n": 1}, note="一")
    assert isinstance(letters.objects.values_list("note", flat=True)[0], Sealed)


def test_an_erased_value_reads_as_none_and_stays_erased(letters):
    letters.objects.create(id="a", body={"n": 1}, note="一")
    row = letters.objects.get()
    letters._meta.get_field("note").erase(row)
    assert row.note is None
    row.save()
    again = letters.objects.get()
    assert again.note is None
    again.save()
    assert json.loads(column("note", "a"))["key"] is None


def test_a_migration_can_rebuild_the_field():
    field = SealedJSONField(context="x.y", null=True)
    _, path, args, kwargs = field.deconstruct()
    assert path == "xiang.foundation.trust.fields.SealedJSONField"
    assert SealedJSONField(*args, **kwargs).context == "x.y"
    assert not field.editable
