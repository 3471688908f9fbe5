"""A configuration screen never writes past an operation."""

from __future__ import annotations

from types import SimpleNamespace

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory

from xiang.foundation.pages.admin import OperationAdmin


class Shown(OperationAdmin):
    pass


class Written(OperationAdmin):
    calls: list[object] = []

    @staticmethod
    def save_operation(request, form):
        Written.calls.append(form)


def request():
    made = RequestFactory().get("/config/")
    made.user = SimpleNamespace(has_perm=lambda name, obj=None: True, is_active=True, is_staff=True)
    return made


def test_a_screen_without_operations_only_shows():
    screen = Shown(ContentType, admin.site)
    assert screen.has_view_permission(request())
    assert not screen.has_add_permission(request())
    assert not screen.has_change_permission(request())
    assert not screen.has_delete_permission(request())


def test_a_screen_that_names_an_operation_writes_through_it_and_through_nothing_else():
    screen = Written(ContentType, admin.site)
    assert screen.has_change_permission(request())
    assert not screen.has_delete_permission(request())
    record = ContentType()

    def save(*args, **kwargs):
        raise AssertionError("the record itself must not be saved")

    record.save = save
    screen.save_model(request(), record, "the form", change=True)
    assert Written.calls == ["the form"]


def test_a_screen_has_no_bulk_actions():
    assert Shown.actions is None


def test_screens_that_libraries_bring_along_are_taken_off():
    import xiang.config.urls  # noqa: F401 - where the site is made

    assert admin.site._registry, "no room has a configuration screen"
    assert all(isinstance(screen, OperationAdmin) for screen in admin.site._registry.values())
