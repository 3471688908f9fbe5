"""The gateway's pages beside whatever the site has."""

from __future__ import annotations

from django.urls import include, path

from xiang.config.urls import urlpatterns as site

urlpatterns = [*site, path("hub/gateway/", include("xiang.hub.gateway.urls"))]
