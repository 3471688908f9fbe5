"""Addresses of messages, and of the demonstration's telephone."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from xiang.foundation.notices import views

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_all, name="read_all"),
    path("messages/preferences/", views.preferences, name="preferences"),
    path("messages/<uuid:notice_id>/", views.notice, name="notice"),
    path("messages/<uuid:notice_id>/read/", views.read, name="read"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/messages/", views.demo_messages, name="demo"))
