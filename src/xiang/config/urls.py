"""Addresses. A room's pages hang under its own ``urls``; this file only says where."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from xiang.foundation.pages.admin import only_operations

# Django's own sign-in counts no failures: it hands over to ours.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("xiang.portal.urls")),
    path("", include("xiang.oversight.ratings.urls")),
    path("", include("xiang.oversight.plan.urls")),
    path("", include("xiang.foundation.pages.urls")),
    path("", include("xiang.foundation.parties.urls")),
    path("", include("xiang.foundation.statutes.urls")),
    path("", include("xiang.foundation.publishing.urls")),
    path("", include("xiang.foundation.documents.urls")),
    path("", include("xiang.foundation.notices.urls")),
    path("", include("xiang.foundation.search.urls")),
    path("hub/bases/", include("xiang.hub.bases.urls")),
    path("hub/quality/", include("xiang.hub.quality.urls")),
    path("hub/exchange/", include("xiang.hub.exchange.urls")),
    path("hub/gateway/", include("xiang.hub.gateway.urls")),
    path("hub/zone/", include("xiang.hub.zone.urls")),
    path("hub/connections/", include("xiang.hub.sources.urls")),
    path("", include("xiang.hub.inventory.urls")),
    path("hub/", include("xiang.hub.sharing.urls")),
    path("", include("xiang.foundation.cases.downloads.urls")),
    path("", include("xiang.foundation.cases.urls")),
    path("", include("xiang.services.credentials.urls")),
    path("", include("xiang.services.payments.urls")),
    path("", include("xiang.services.items.urls")),
    path("", include("xiang.services.applications.urls")),
    path("", include("xiang.services.lifeevents.urls")),
    path("", include("xiang.services.halls.urls")),
    path("accounts/", include("xiang.foundation.parties.signing.urls")),
    path("", include("xiang.config.api")),
    path("config/", only_operations(admin.site).urls),  # read-only screens, unless an operation writes
]
