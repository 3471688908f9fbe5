"""The pages of quality inside the whole application, wherever that hangs them."""

from __future__ import annotations

from django.urls import include, path

from xiang.config.urls import urlpatterns as whole

urlpatterns = [path("hub/quality/", include("xiang.hub.quality.urls")), *whole]
