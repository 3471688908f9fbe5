"""Only what the pages of these two rooms need."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("hub/exchange/", include("xiang.hub.exchange.urls")),
    path("hub/zone/", include("xiang.hub.zone.urls")),
    path("hub/", include("xiang.hub.sharing.urls")),
    path("", include("xiang.foundation.pages.urls")),
    path("", include("xiang.foundation.parties.urls")),
    path("accounts/", include("xiang.foundation.parties.signing.urls")),
    path("", include("xiang.config.api")),
]
