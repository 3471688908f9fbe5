"""The hub's pages, under ``/hub/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.sharing import views

app_name = "sharing"
urlpatterns = [
    path("", views.systems, name="systems"),
    path("systems/<slug:key>/", views.switch, name="switch"),
    path("resources/<slug:key>/", views.resource, name="resource"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<uuid:dispute_id>/", views.answer, name="answer"),
]
