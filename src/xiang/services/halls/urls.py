"""Addresses of the comprehensive window."""

from __future__ import annotations

from django.urls import path

from xiang.services.halls import views

app_name = "halls"
urlpatterns = [
    path("window/", views.window, name="window"),
    path("window/receive/", views.receive, name="receive"),
    path("window/clear/", views.clear, name="clear"),
    path("window/begin/", views.begin, name="begin"),
    path("window/drafts/<uuid:draft_id>/", views.draft, name="draft"),
    path("window/drafts/<uuid:draft_id>/go-on/", views.go_on, name="go_on"),
    path("window/drafts/<uuid:draft_id>/review/", views.review, name="review"),
    path("window/receipts/<str:number>/", views.receipt, name="receipt"),
]
