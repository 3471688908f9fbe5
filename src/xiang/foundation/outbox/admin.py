"""Screens of the outbox: to look at. Parked deliveries are retried or dropped by the command ``outbox``."""

from __future__ import annotations

from django.contrib import admin

from xiang.foundation.outbox.models import Delivery, Turn
from xiang.foundation.pages.admin import OperationAdmin


@admin.register(Delivery)
class DeliveryAdmin(OperationAdmin):
    list_display = ("id", "subscriber", "state", "attempts", "due_at", "reason")
    list_filter = ("state", "subscriber")
    list_select_related = ("event",)


@admin.register(Turn)
class TurnAdmin(OperationAdmin):
    list_display = ("name", "ran_at", "due_at", "failures", "reason")
