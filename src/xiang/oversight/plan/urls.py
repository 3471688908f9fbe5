"""Addresses of the plan: the list, a reading under review, a plan in force."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.oversight.plan import views

app_name = "plan"
urlpatterns: list[URLPattern] = [
    path("desk/plan/", views.home, name="home"),
    path("desk/plan/<uuid:plan_id>/", views.plan, name="plan"),
    path("desk/plan/readings/<uuid:reading_id>/", views.review, name="review"),
    path("desk/plan/readings/<uuid:reading_id>/head/", views.head, name="head"),
    path("desk/plan/readings/<uuid:reading_id>/tasks/<int:position>/", views.task, name="task"),
    path("desk/plan/readings/<uuid:reading_id>/adopt/", views.adopt, name="adopt"),
    path("desk/plan/readings/<uuid:reading_id>/discard/", views.discard, name="discard"),
    path("desk/plan/findings/<uuid:finding_id>/", views.decide, name="decide"),
]
