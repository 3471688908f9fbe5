"""Pages of the base registries, under ``/hub/bases/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.bases import views

app_name = "bases"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("queue/", views.queue, name="queue"),
    path("queue/<uuid:pair_id>/", views.decide, name="decide"),
    path("golden/<uuid:golden_id>/", views.golden, name="golden"),
    path("golden/<uuid:golden_id>/correct/", views.correct, name="correct"),
    path("golden/<uuid:golden_id>/split/", views.split, name="split"),
    path("merges/<uuid:merge_id>/undo/", views.unmerge, name="unmerge"),
    path("<slug:key>/search/", views.search, name="search"),
]
