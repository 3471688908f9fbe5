"""Addresses of the shell itself."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from xiang.foundation.pages import preferences, views
from xiang.foundation.pages.gallery.views import gallery

app_name = "pages"
urlpatterns: list[URLPattern] = [
    path("preferences/", preferences.change, name="preferences"),
    path("about/accessibility/", views.accessibility, name="accessibility"),
    path("about/privacy/", views.privacy, name="privacy"),
    path("about/stuck/", views.stuck, name="stuck"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("config/login/", views.config_sign_in, name="config-sign-in"),  # stands before the admin's own
]
if settings.DEMO:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
    urlpatterns.append(path("gallery/<slug:part>/", gallery, name="gallery-part"))
