"""Addresses of checking: short, because they stand in QR codes on paper."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.foundation.documents import views

app_name = "documents"
urlpatterns: list[URLPattern] = [
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.check, name="check"),
]
