"""Screens of measures: figures to look at, targets to set."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from xiang.foundation.measures import operations
from xiang.foundation.measures.models import Figure, Target
from xiang.foundation.pages.admin import OperationAdmin


@admin.register(Figure)
class FigureAdmin(OperationAdmin):
    list_display = ("measure", "day", "grouping", "dims", "numerator", "denominator")
    list_filter = ("measure", "grouping")
    date_hierarchy = "day"


@admin.register(Target)
class TargetAdmin(OperationAdmin):
    list_display = ("measure", "hundredths", "valid_from", "valid_to", "plan_point", "citation", "confirmed")
    unconfirmed = "confirmed"

    @staticmethod
    def save_operation(request: HttpRequest, form: Any) -> None:
        values = dict(form.cleaned_data)
        operations.set_target(values.pop("measure"), values.pop("hundredths"), values.pop("valid_from"), **values)

    @staticmethod
    def delete_operation(request: HttpRequest, record: Target) -> None:
        operations.drop_target(record.measure, record.valid_from)
