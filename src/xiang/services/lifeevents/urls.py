"""Addresses of life events."""

from __future__ import annotations

from django.urls import path

from xiang.services.lifeevents import views

app_name = "lifeevents"
urlpatterns = [
    path("life-events/", views.zone, name="zone"),
    path("life-events/<slug:key>/", views.guide, name="guide"),
    path("life-events/<slug:key>/start/", views.start, name="start"),
    path("life-events/drafts/<uuid:draft_id>/", views.draft, name="draft"),
    path("life-events/drafts/<uuid:draft_id>/review/", views.review, name="review"),
    path("life-events/drafts/<uuid:draft_id>/carry/", views.carry, name="carry"),
    path("life-events/drafts/<uuid:draft_id>/refill/", views.refill, name="refill"),
    path("life-events/drafts/<uuid:draft_id>/other/", views.other, name="other"),
    path("confirmations/<uuid:confirmation_id>/", views.confirmation, name="confirmation"),
    path("offers/<uuid:offer_id>/", views.offer, name="offer"),
]
