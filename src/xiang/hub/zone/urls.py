"""The zone's pages, under ``/hub/zone/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.zone import views

app_name = "zone"
urlpatterns = [
    path("", views.tables, name="tables"),
    path("<slug:key>/", views.table, name="table"),
    path("<slug:key>/act/", views.act, name="act"),
]
