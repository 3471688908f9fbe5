"""Addresses of payments, and of the demonstration institution."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from xiang.services.payments import views
from xiang.services.payments.vendors.demo import views as demo

app_name = "payments"
urlpatterns: list[URLPattern] = [
    path("payments/", views.listing, name="list"),
    path("payments/<uuid:order_id>/", views.order, name="order"),
    path("payments/<uuid:order_id>/pay/", views.begin, name="begin"),
    path("payments/<uuid:order_id>/return/", views.returned, name="returned"),
    path("payments/case/<str:number>/", views.pay, name="pay"),
    path("payments/callback/<slug:gateway>/", views.callback, name="callback"),
    path("desk/payments/", views.accounts, name="accounts"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/pay/<str:key>/", demo.pay, name="demo"))
