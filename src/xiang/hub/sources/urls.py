"""The pages of connections, under ``/hub/connections/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.sources import views

app_name = "sources"
urlpatterns = [
    path("", views.connections, name="connections"),
    path("new/", views.edit, name="new"),
    path("<str:body_key>/<slug:name>/", views.edit, name="edit"),
    path("<str:body_key>/<slug:name>/act/", views.act, name="act"),
]
