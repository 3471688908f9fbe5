"""The registries beside whatever the site has, so that these tests need no other room's addresses."""

from __future__ import annotations

from django.urls import include, path

from xiang.config.urls import urlpatterns as site

urlpatterns = [*site, path("hub/bases/", include("xiang.hub.bases.urls"))]
