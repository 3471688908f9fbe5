"""The pages of exchanges, under ``/hub/exchange/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("new/", views.define, name="define"),
    path("runs/<uuid:run_id>/", views.run, name="run"),
    path("runs/<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("runs/<uuid:run_id>/receipt.json", views.receipt, name="receipt"),
    path("runs/<uuid:run_id>/lineage.json", views.lineage, name="lineage"),
    path("migrations/", views.migrations, name="migrations"),
    path("migrations/new/", views.propose, name="propose"),
    path("migrations/<slug:key>/", views.migration, name="migration"),
    path("<slug:key>/", views.job, name="job"),
    path("<slug:key>/act/", views.act, name="act"),
]
