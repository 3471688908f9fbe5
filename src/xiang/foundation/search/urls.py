"""Addresses of searching."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.foundation.search import views

app_name = "search"
urlpatterns: list[URLPattern] = [
    path("search/", views.results, name="results"),
    path("search/suggestions/", views.suggestions, name="suggestions"),
]
