"""The pages of quality, under ``/hub/quality/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.quality import views

app_name = "quality"
urlpatterns = [
    path("", views.campaigns, name="campaigns"),
    path("start/", views.start, name="start"),
    path("findings/", views.findings, name="findings"),
    path("findings/<uuid:finding_id>/", views.finding, name="finding"),
    path("findings/<uuid:finding_id>/step/", views.step, name="step"),
    path("<slug:key>/", views.campaign, name="campaign"),
]
