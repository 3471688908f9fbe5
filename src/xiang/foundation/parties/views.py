"""My account: who I am here, whom I act for, whom I let act, what I agreed to."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid
from xiang.foundation.pages.components import FieldView, Option
from xiang.foundation.pages.http import page
from xiang.foundation.parties import delegable, operations, profiles, queries
from xiang.foundation.parties.actors import Actor, act_for, actor_of
from xiang.foundation.parties.models import Consent, Contact, Party
from xiang.foundation.parties.operations.relations import delegation_of


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """The account page: of oneself, or of the party one acts for."""
    actor = actor_of(request)
    return page(request, "parties/me.html", {"nav": "me", "actor": actor, "view": profiles.account_page(actor)})


@login_required
@require_http_methods(["GET", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """Choose whom to act for; the choice stays in the session until it is changed or its ground ends."""
    if request.method == "POST":
        chosen = request.POST.get("party", "")
        act_for(request, _uuid(chosen) if chosen else None)
        return _onward(request, "parties:me")
    actor = actor_of(request)
    return page(request, "parties/acting.html", {"nav": "me", "actor": actor, "choices": profiles.choices(actor)})


@login_required
@require_GET
def party(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """The page of a party one may see; any other reads as absent."""
    actor = actor_of(request)
    found = queries.party_for(actor, party_id)
    return page(request, "parties/party.html", {"nav": "me", "party": found, "view": profiles.party_page(found)})


@login_required
@require_POST
def add_contact(request: HttpRequest) -> HttpResponse:
    """A further phone number or address."""
    actor = actor_of(request)
    try:
        operations.add_contact(actor, _subject(actor), request.POST.get("kind", "phone"), request.POST.get("value", ""))
    except Invalid as wrong:
        view = profiles.account_page(actor)
        context = {"nav": "me", "actor": actor, "view": view, "contact_error": wrong.errors[0].detail}
        return page(request, "parties/me.html", context, status=422)
    return redirect("parties:me")


@login_required
@require_POST
def remove_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    contact = Contact.objects.filter(id=contact_id, party=actor.subject_id).first()
    if contact is None:
        raise Absent
    operations.remove_contact(actor, contact)
    return redirect("parties:me")


@login_required
@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest) -> HttpResponse:
    """Let somebody act: who, in which items, until when."""
    actor = actor_of(request)
    principal = _subject(actor)
    if actor.delegation_id:
        raise Forbidden("agent_may_not", "受托人不能再委托别人，请由本人或者法定代表人来办。")
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        try:
            _grant(request, actor, principal)
            return redirect("parties:me")
        except Invalid as wrong:
            errors = wrong.errors
    context = {"nav": "me", "actor": actor, "principal": principal, "fields": _fields(request, principal, errors)}
    return page(request, "parties/delegate.html", context, status=422 if errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    operations.revoke_delegation(actor, delegation_of(actor, delegation_id))
    return redirect("parties:me")


@login_required
@require_POST
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    consent = Consent.objects.filter(id=consent_id, party=actor.subject_id).first()
    if consent is None:
        raise Absent
    operations.withdraw_consent(actor, consent)
    return redirect("parties:me")


def _subject(actor: Actor) -> Party:
    """The party whose page it is."""
    if actor.subject_id is None:
        raise Absent
    return queries.party_for(actor, actor.subject_id)


def _grant(request: HttpRequest, actor: Actor, principal: Party) -> None:
    given = request.POST
    until = _date(given.get("valid_to", ""))
    if until is None:
        raise Invalid([FieldError("/valid_to", "date_form", "请选委托的截止日期。")])
    who = given.get("agent", "").strip()
    number = {"number": who} if len(who) >= 15 else {"phone": who}
    agent = operations.find_agent(actor, name=given.get("name", ""), **number)
    offered = {item.key for item in delegable.items_for(principal)}
    items = [key for key in given.getlist("items") if key in offered]
    operations.grant_delegation(actor, principal=principal, agent=agent, items=items, valid_to=until)


def _fields(request: HttpRequest, principal: Party, errors: tuple[FieldError, ...]) -> list[FieldView]:
    given = request.POST
    wrong = {error.pointer.strip("/"): error.detail for error in errors}
    chosen = set(given.getlist("items"))
    options = tuple(
        Option(item.key, item.title, item.key in chosen, item.body) for item in delegable.items_for(principal)
    )
    return [
        FieldView("name", "受托人姓名", value=given.get("name", ""), autocomplete="off", error=wrong.get("name", "")),
        FieldView(
            "agent",
            "受托人的手机号或身份证号",
            value=given.get("agent", ""),
            hint="姓名和号码对得上才能找到；对方会看到这份委托，可以不接受。",
            autocomplete="off",
            error=wrong.get("agent", ""),
        ),
        FieldView("items", "可以代办哪些事项", control="checks", options=options, error=wrong.get("items", "")),
        FieldView(
            "valid_to",
            "委托到哪一天",
            control="date",
            value=given.get("valid_to", "") or _a_year_on(instant.today()).isoformat(),
            hint="到期自动失效，随时可以提前撤销。",
            error=wrong.get("valid_to", ""),
        ),
    ]


def _a_year_on(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Absent from None


def _onward(request: HttpRequest, url_name: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return HttpResponseRedirect(wanted)
    return redirect(url_name)
