"""Addresses: the desk of officers under ``/desk/``, the applicant's matters under ``/cases/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.foundation.cases.views import acting, batch, desk, resident

app_name = "cases"
touches = ("claim", "release", "follow", "unfollow", "hand-over", "return", "recuse")
urlpatterns: list[URLPattern] = [
    path("desk/", desk.inbox, name="inbox"),
    path("desk/export.csv", desk.export, name="export"),
    path("desk/batch/", batch.batch, name="batch"),
    path("desk/peek/<str:number>/", desk.peek, name="peek"),
    path("desk/cases/<str:number>/", desk.case, name="case"),
    path("desk/cases/<str:number>/act/", acting.act, name="act"),
    path("desk/cases/<str:number>/print/", desk.printed, name="print"),
    *(
        path(f"desk/cases/<str:number>/{what}/", acting.touch, {"what": what}, name=what.replace("-", "_"))
        for what in touches
    ),
    path("cases/", resident.mine, name="mine"),
    path("cases/<str:number>/", resident.progress, name="progress"),
    path("cases/<str:number>/options/", resident.options, name="options"),
    path("cases/<str:number>/do/<slug:edge_name>/", resident.do, name="do"),
]
