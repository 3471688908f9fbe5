"""Screens of notices: templates to edit, what was sent and what is suppressed to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from xiang.foundation.notices import operations
from xiang.foundation.notices.models import NoticeTemplate, Sending, Suppression
from xiang.foundation.pages.admin import OperationAdmin


@admin.register(NoticeTemplate)
class NoticeTemplateAdmin(OperationAdmin):
    list_display = ("kind", "category", "title", "important", "updated_at")
    list_filter = ("category", "important")
    fields = ("kind", "category", "title", "body", "sms", "channels", "important")

    @staticmethod
    def save_operation(request: HttpRequest, form: Any) -> None:
        values = dict(form.cleaned_data)
        operations.put_template(values.pop("kind"), **values)

    @staticmethod
    def delete_operation(request: HttpRequest, record: NoticeTemplate) -> None:
        operations.drop_template(record.kind)


@admin.register(Sending)
class SendingAdmin(OperationAdmin):
    # No text and no recipient: what somebody was told is theirs.
    list_display = ("id", "channel", "outcome", "vendor", "receipt", "reason", "settled_at")
    list_filter = ("channel", "outcome", "reason")
    fields = ("channel", "outcome", "vendor", "receipt", "reason", "settled_at")


@admin.register(Suppression)
class SuppressionAdmin(OperationAdmin):
    list_display = ("what", "about", "reason", "since", "lifted_at")
    list_filter = ("what", "reason")
