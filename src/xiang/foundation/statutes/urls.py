"""Addresses of the calendar and the rules."""

from __future__ import annotations

from django.urls import path

from xiang.foundation.statutes.views import desk, public

app_name = "statutes"
urlpatterns = [
    path("calendar/", public.calendar, name="calendar"),
    path("calendar/print/", public.calendar_print, name="calendar_print"),
    path("config/rules/", desk.rules, name="rules"),
    path("config/rules/<uuid:rule_id>/", desk.rule, name="rule"),
]
