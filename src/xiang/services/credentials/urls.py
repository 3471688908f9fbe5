"""Addresses of credentials."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.services.credentials import views

app_name = "credentials"
urlpatterns: list[URLPattern] = [
    path("credentials/", views.listing, name="list"),
    path("credentials/bring-in/", views.bring_in, name="bring_in"),
    path("credentials/<str:code>/", views.show, name="show"),
    path("credentials/<str:code>/stop/", views.stop, name="stop"),
    path("credentials/<str:code>/pdf/", views.download, name="download"),
]
