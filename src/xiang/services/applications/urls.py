"""Addresses of applications."""

from __future__ import annotations

from django.urls import path

from xiang.services.applications import receipt_views, views

app_name = "applications"
urlpatterns = [
    path("items/<slug:item_key>/apply/", views.start, name="start"),
    path("cases/<str:number>/receipt/", receipt_views.receipt, name="receipt"),
    path("drafts/<uuid:draft_id>/", views.draft, name="draft"),
    path("drafts/<uuid:draft_id>/review/", views.review, name="review"),
    path("drafts/<uuid:draft_id>/dispute/", views.dispute, name="dispute"),
    path("drafts/<uuid:draft_id>/refill/", views.refill, name="refill"),
    path("drafts/<uuid:draft_id>/discard/", views.discard, name="discard"),
    path("names/glyphs/", views.glyphs, name="glyphs"),
]
