"""Addresses of the portal: the first page, zones, data use, the board, the ledger, the configuration."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.portal.auditing import views as auditing
from xiang.portal.boards import views as boards
from xiang.portal.configuring import views as configuring
from xiang.portal.datause import views as datause
from xiang.portal.home import views as home

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("zones/<str:code>/", home.zone, name="zone"),
    path("data-use/", datause.uses, name="data_use"),
    path("data-use/<uuid:use_id>/objection/", datause.objection, name="objection"),
    path("data-use/<uuid:use_id>/proof/", datause.proof, name="use_proof"),
    path("board/", boards.board, name="board"),
    path("board/export/", boards.export, name="board_export"),
    path("board/<str:key>/", boards.figure, name="figure"),
    path("board/<str:key>/export/", boards.export_figure, name="figure_export"),
    path("board/<str:key>/recount/", boards.recount, name="recount"),
    path("board/<str:key>/cases/", boards.cases, name="figure_cases"),
    path("board/<str:key>/cases/<str:number>/", boards.case, name="figure_case"),
    path("audit/", auditing.health, name="audit"),
    path("audit/entries/", auditing.entries, name="entries"),
    path("audit/entries/<uuid:entry_id>/", auditing.entry, name="entry"),
    path("audit/entries/<uuid:entry_id>/proof/", auditing.proof, name="proof"),
    path("audit/refused/", auditing.refused, name="refused"),
    path("audit/objections/", auditing.objections, name="objections"),
    path("audit/objections/<uuid:entry_id>/", auditing.objection, name="answer_objection"),
    path("audit/verify/", auditing.verify, name="verify"),
    path("audit/keys/", auditing.keys, name="keys"),
    path("config-home/", configuring.landing, name="config"),
]
