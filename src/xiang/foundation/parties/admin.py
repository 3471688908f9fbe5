"""Configuration screens: divisions, bodies, offices to look at (the profile puts them); appointments to make, end."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from xiang.foundation.pages.admin import OperationAdmin
from xiang.foundation.parties import operations
from xiang.foundation.parties.actors import actor_of
from xiang.foundation.parties.models import Appointment, Body, Division, Staff, Unit


@admin.register(Division)
class DivisionAdmin(OperationAdmin):
    list_display = ("code", "name", "level", "valid_from", "valid_to", "successor")
    list_filter = ("level",)
    search_fields = ("code", "name")
    ordering = ("path",)
    unconfirmed = "confirmed"


@admin.register(Body)
class BodyAdmin(OperationAdmin):
    list_display = ("key", "name", "system", "level", "division", "valid_to")
    list_filter = ("system", "level")
    list_select_related = ("division",)
    search_fields = ("key", "name")
    ordering = ("key",)


@admin.register(Unit)
class UnitAdmin(OperationAdmin):
    list_display = ("key", "name", "kind", "body", "division", "town", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("body", "division")
    search_fields = ("key", "name")
    ordering = ("key",)


@admin.register(Staff)
class StaffAdmin(OperationAdmin):
    list_display = ("number", "name", "body", "valid_from", "valid_to")
    list_select_related = ("party", "body")
    search_fields = ("number", "party__name", "body__name")
    ordering = ("body__key", "number")

    @admin.display(description="姓名")
    def name(self, staff: Staff) -> str:
        return staff.party.name


@admin.register(Appointment)
class AppointmentAdmin(OperationAdmin):
    """The security administrator's screen; the operation refuses everybody else."""

    list_display = ("officer", "unit", "role", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("staff__party", "unit")
    search_fields = ("staff__party__name", "unit__name", "unit__key")
    autocomplete_fields = ("staff", "unit")
    ordering = ("unit__key", "role")

    @admin.display(description="工作人员")
    def officer(self, appointment: Appointment) -> str:
        return appointment.staff.party.name

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An appointment is made and ended, never rewritten."""
        return False

    @staticmethod
    def save_operation(request: HttpRequest, form: ModelForm[Appointment]) -> Appointment:
        given = form.cleaned_data
        return operations.appoint(
            actor_of(request),
            given["staff"],
            given["unit"],
            given["role"],
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
        )

    @staticmethod
    def delete_operation(request: HttpRequest, record: Appointment) -> None:
        operations.end_appointment(actor_of(request), record)
