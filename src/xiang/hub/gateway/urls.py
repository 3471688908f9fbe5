"""The gateway's pages, under ``/hub/gateway/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.gateway import views

app_name = "gateway"
urlpatterns = [
    path("", views.operations_page, name="operations"),
    path("applications/", views.applications, name="applications"),
    path("applications/<slug:key>/", views.application, name="application"),
    path("applications/<slug:key>/act/", views.act, name="act"),
    path("resources/", views.resources, name="resources"),
    path("resources/<str:key>/", views.resource, name="resource"),
]
