"""Addresses of files and documents."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.foundation.cases.downloads import views

app_name = "downloads"
urlpatterns: list[URLPattern] = [
    path("documents/<uuid:document_id>/", views.document, name="document"),
    path("files/<uuid:file_id>/", views.own_file, name="own_file"),
    path("cases/<str:number>/files/<uuid:file_id>/", views.file, name="file"),
]
