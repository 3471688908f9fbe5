"""The inventory's pages under ``/hub/inventory/``, CKAN under ``/ckan/``, DCAT under ``/dcat/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from xiang.hub.inventory import open_views
from xiang.hub.inventory.ckan import views as ckan
from xiang.hub.inventory.views import catalogue, ledger, mounting, revisions

app_name = "inventory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hub/inventory/", ledger.home, name="home"),
    path("hub/inventory/graph/<str:body_key>/", ledger.graph, name="graph"),
    path("hub/inventory/systems/", ledger.systems, name="systems"),
    path("hub/inventory/systems/new/", ledger.edit_system, name="system_new"),
    path("hub/inventory/systems/<slug:key>/", ledger.system, name="system"),
    path("hub/inventory/systems/<slug:key>/edit/", ledger.edit_system, name="system_edit"),
    path("hub/inventory/systems/<slug:key>/scan/", ledger.scan, name="scan"),
    path("hub/inventory/catalogue/", catalogue.search, name="search"),
    path("hub/inventory/catalogue/new/", catalogue.edit, name="entry_new"),
    path("hub/inventory/catalogue/import/", catalogue.import_, name="import"),
    path("hub/inventory/catalogue/export.xlsx", catalogue.export, name="export"),
    path("hub/inventory/catalogue/template.xlsx", catalogue.template, name="template"),
    path("hub/inventory/catalogue/<slug:key>/", catalogue.entry, name="entry"),
    path("hub/inventory/catalogue/<slug:key>/edit/", catalogue.edit, name="entry_edit"),
    path("hub/inventory/catalogue/<slug:key>/mount/", mounting.mount, name="mount"),
    path("hub/inventory/resources/<slug:key>/unmount/", mounting.unmount, name="unmount"),
    path("hub/inventory/catalogue/<slug:key>/revoke/", catalogue.revoke, name="revoke"),
    path("hub/inventory/revisions/", revisions.revisions, name="revisions"),
    path("hub/inventory/revisions/<uuid:revision_id>/", revisions.revision, name="revision"),
    path("hub/inventory/revisions/<uuid:revision_id>/act/", revisions.act, name="act"),
    path("ckan/api/3/action/<slug:name>", ckan.act, name="ckan_action"),
    path("ckan/api/action/<slug:name>", ckan.act),
    re_path(r"^dcat/catalogue\.(?P<suffix>jsonld|ttl)$", open_views.catalogue, name="dcat"),
    re_path(r"^dcat/datasets/(?P<key>[\w-]+)\.(?P<suffix>jsonld|ttl)$", open_views.dataset, name="dcat_entry"),
]
