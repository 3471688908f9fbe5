"""Pages of the room: ``/items/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.services.items import views

app_name = "items"
urlpatterns: list[URLPattern] = [
    path("items/", views.listing, name="list"),
    path("items/<slug:key>/", views.guide, name="guide"),
]
