"""Addresses for the tests of this room: its pages and API, beside those of the application."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from xiang.config import api as whole
from xiang.hub.inventory.api import router

api = whole.Api(
    title="t",
    urls_namespace="inventory-tests",
    parser=whole.StrictParser(),
    renderer=whole.ChineseRenderer(),
    docs=None,
)
for kind, handler in whole.HANDLERS.items():
    api.add_exception_handler(kind, handler)
api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("xiang.hub.inventory.urls")),
    path("", include("xiang.config.urls")),
]
