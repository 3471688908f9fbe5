"""The hub's pages, under ``/hub/``."""

from __future__ import annotations

from django.urls import path

from xiang.hub.sharing import drafting_views as drafting
from xiang.hub.sharing import request_views as sharing
from xiang.hub.sharing import views

app_name = "sharing"
urlpatterns = [
    path("", views.systems, name="systems"),
    path("systems/<slug:key>/", views.switch, name="switch"),
    path("resources/<slug:key>/", views.resource, name="resource"),
    path("resources/<slug:key>/report/", views.report, name="report"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<uuid:dispute_id>/", views.answer, name="answer"),
    path("to-do/", sharing.duties, name="duties"),
    path("to-do/list.xlsx", sharing.duties_workbook, name="duties_workbook"),
    path("to-do/read/", sharing.duties_read_back, name="duties_read_back"),
    path("corrections/<uuid:notice_id>/", sharing.confirm_correction, name="confirm_correction"),
    path("requests/", sharing.requests, name="requests"),
    path("requests/new/", drafting.begin, name="begin"),
    path("requests/drafts/<uuid:draft_id>/<int:step>/", drafting.draft, name="draft"),
    path("requests/<str:number>/", sharing.request_page, name="request"),
    path("requests/<str:number>/mend/", drafting.mend, name="mend"),
    path("requests/<str:number>/agreement.<slug:form>", sharing.agreement, name="agreement"),
    path("requests/<str:number>/do/<slug:step>/", sharing.act, name="act"),
    path("scenarios/", sharing.scenarios, name="scenarios"),
    path("indicators/", sharing.indicators, name="indicators"),
    path("grants/", sharing.grants, name="grants"),
    path("channels/", sharing.channels, name="channels"),
    path("channels/<slug:key>/retire/", sharing.retire_channel, name="retire_channel"),
]
