"""Pages of messages."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from xiang.foundation.notices import operations, queries
from xiang.foundation.notices.models import ALWAYS, Category, Channel
from xiang.foundation.pages.components import Link, PagingView, StateView
from xiang.foundation.pages.http import is_htmx, page
from xiang.foundation.parties.actors import actor_of

# What a person may silence, in the order in which it is offered.
OFFERED = [category for category in Category if category not in ALWAYS]


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first; ``?unread=1`` only what waits to be read."""
    actor = actor_of(request)
    only_unread = request.GET.get("unread") == "1"
    cursor = request.GET.get("cursor")
    found = queries.inbox(actor, cursor, unread=only_unread)
    context = {
        "nav": "messages",
        "actor": actor,
        "notices": found.rows,
        "unread": queries.unread(actor),
        "cap": queries.COUNT_CAP,
        "only_unread": only_unread,
        "empty": _empty(only_unread),
        "paging": _paging(only_unread, cursor, found.next) if cursor or found.next else None,
    }
    return page(request, "notices/inbox.html", context, fragment="notices/parts/list.html")


@login_required
@require_GET
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One message. Looking at it changes nothing: the page marks it read by a request of its own, or by the button."""
    found = queries.notice_for(actor_of(request), notice_id)
    return page(request, "notices/notice.html", {"nav": "messages", "notice": found})


@login_required
@require_POST
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one read."""
    found = operations.mark_read(actor_of(request), notice_id)
    if is_htmx(request):
        return page(request, "notices/parts/read.html", {"notice": found})
    return redirect("notices:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    operations.mark_all_read(actor_of(request))
    return redirect("notices:inbox")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """What is also sent by SMS and e-mail."""
    actor = actor_of(request)
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted"))
        silenced = queries.quiet_choices(actor)
        for category in OFFERED:
            for channel in Channel:
                on = f"{category}.{channel}" not in wanted
                if on != ((category.value, channel.value) in silenced):
                    operations.quiet(actor, category, channel, on)
        return redirect(reverse("notices:preferences") + "?saved=1")
    silenced = queries.quiet_choices(actor)
    rows = [
        (category, [(channel, (category.value, channel.value) not in silenced) for channel in Channel])
        for category in OFFERED
    ]
    context = {"nav": "messages", "rows": rows, "channels": list(Channel), "saved": request.GET.get("saved") == "1"}
    return page(request, "notices/preferences.html", context)


@require_GET
def demo_messages(request: HttpRequest) -> HttpResponse:
    """What the demonstration gateways "sent": the phone and the mailbox of everybody in the demonstration."""
    channel = request.GET.get("channel", "")
    cursor = request.GET.get("cursor")
    found = queries.demo_messages(channel if channel in Channel.values else "", cursor)
    here = reverse("notices:demo")
    context = {
        "messages_sent": found.rows,
        "channel": channel,
        "channels": list(Channel),
        "empty": StateView(
            "还没有发出过短信", "办理有进展时，发给当事人的短信和邮件会出现在这里。", icon="message-dots"
        ),
        "paging": PagingView(
            f"{here}?{urlencode({'channel': channel, 'cursor': found.next})}" if found.next else "",
            f"{here}?{urlencode({'channel': channel})}" if cursor else "",
        ),
        "paged": bool(cursor or found.next),
    }
    return page(request, "notices/demo.html", context, fragment="notices/parts/demo_list.html")


def _empty(only_unread: bool) -> StateView:
    if only_unread:
        everything = (Link("看全部消息", reverse("notices:inbox")),)
        return StateView("都读过了", "新的消息来了，会出现在这里。", kind="done", actions=everything, lotus=True)
    return StateView(
        "还没有消息",
        "办理有进展、需要您做什么、谁用了您的数据，都会在这里告诉您，一直留着。",
        kind="done",
        actions=(Link("去办事", "/"),),
        lotus=True,
    )


def _paging(only_unread: bool, cursor: str | None, following: str | None) -> PagingView:
    here = reverse("notices:inbox")
    unread = {"unread": "1"} if only_unread else {}
    first = f"{here}?{urlencode(unread)}" if unread else here
    return PagingView(
        next_url=f"{here}?{urlencode({**unread, 'cursor': following})}" if following else "",
        first_url=first if cursor else "",
    )
