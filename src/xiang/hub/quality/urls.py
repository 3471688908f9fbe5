"""The pages of quality, under ``/hub/quality/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.quality import rule_views, views

app_name = "quality"
urlpatterns = [
    path("", views.campaigns, name="campaigns"),
    path("start/", views.start, name="start"),
    path("findings/", views.findings, name="findings"),
    path("findings/<uuid:finding_id>/", views.finding, name="finding"),
    path("findings/<uuid:finding_id>/step/", views.step, name="step"),
    path("resources/", rule_views.resources, name="resources"),
    path("resources/<str:key>/", rule_views.resource, name="resource"),
    path("resources/<str:key>/rules/", rule_views.save, name="save"),
    path("resources/<str:key>/look/", rule_views.look, name="look"),
    path("runs/<uuid:run_id>/", rule_views.run, name="run"),
    path("<slug:key>/", views.campaign, name="campaign"),
]
