"""Addresses of ratings."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.oversight.ratings import views

app_name = "ratings"
urlpatterns: list[URLPattern] = [
    path("cases/<str:number>/rating/", views.rating, name="rate"),
    path("desk/ratings/", views.office, name="office"),
    path("desk/ratings/<uuid:follow_up_id>/", views.follow_up, name="follow_up"),
    path("desk/ratings/<uuid:follow_up_id>/contact/", views.contact, name="contact"),
]
