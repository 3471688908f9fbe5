"""The configuration screen of the index. Items are changed by publishing an edition, so it only shows."""

from __future__ import annotations

from django.contrib import admin

from xiang.foundation.pages.admin import OperationAdmin
from xiang.services.items.models import Item


@admin.register(Item)
class ItemAdmin(OperationAdmin):
    list_display = ("short", "name", "department", "regime", "type_code", "host", "procedure", "active")
    list_filter = ("active", "regime", "audience", "department")
    search_fields = ("key", "name", "short")
    ordering = ("sort_key",)
