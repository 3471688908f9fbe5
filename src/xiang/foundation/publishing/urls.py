"""Addresses of the editions."""

from __future__ import annotations

from django.urls import path

from xiang.foundation.publishing import views

app_name = "publishing"
urlpatterns = [
    path("config/editions/", views.editions, name="editions"),
    path("config/editions/<uuid:edition_id>/", views.edition, name="edition"),
    path("config/editions/<uuid:edition_id>/act/", views.act, name="act"),
]
