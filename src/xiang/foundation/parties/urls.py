"""Pages about oneself: ``/me/`` and below, and the page of a party."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiang.foundation.parties import token_pages, views

app_name = "parties"
urlpatterns: list[URLPattern] = [
    path("me/", views.me, name="me"),
    path("me/acting/", views.acting, name="acting"),
    path("me/contacts/", views.add_contact, name="add_contact"),
    path("me/contacts/<uuid:contact_id>/remove/", views.remove_contact, name="remove_contact"),
    path("me/delegations/new/", views.delegate, name="delegate"),
    path("me/delegations/<uuid:delegation_id>/revoke/", views.revoke, name="revoke"),
    path("me/consents/<uuid:consent_id>/withdraw/", views.withdraw, name="withdraw"),
    path("me/tokens/", token_pages.tokens, name="tokens"),
    path("me/tokens/<uuid:token_id>/revoke/", token_pages.revoke, name="revoke_token"),
    path("parties/<uuid:party_id>/", views.party, name="party"),
]
