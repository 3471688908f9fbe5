"""The queue of changes, and one change with what it changes and the next step."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from xiang.foundation.ground import instant, paging
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.pages.components import ActionView, PagingView, StatusView
from xiang.foundation.pages.http import page
from xiang.foundation.parties.actors import Actor
from xiang.hub.inventory import naming, operations, queries, rights
from xiang.hub.inventory.models import Revision, RevisionState
from xiang.hub.inventory.presenting import wording
from xiang.hub.inventory.views import officer

PAGE = 50
_STATES: dict[str, StatusView] = {
    "draft": StatusView("wait", "等共享工作机构签", "pencil"),
    "signed": StatusView("wait", "等负责人签"),
    "submitted": StatusView("run", "等主管部门审核"),
    "returned": StatusView("you", "退回修改"),
    "published": StatusView("done", "已发布"),
    "withdrawn": StatusView("done", "已撤回", "archive"),
}
_DONE = {
    "sign_office": "已签。下一步由本机关负责人签。", "sign_head": "已签并报送。主管部门审核后发布。",
    "publish": "已发布，这一版不能再改。", "send_back": "已退回，写稿的人会看到原因。", "withdraw": "已撤回，账本里留有记录。",
}  # fmt: skip


@login_required
@require_safe
def revisions(request: HttpRequest) -> HttpResponse:
    """What waits for me first, then everything that I may see."""
    actor = officer(request)
    waiting = list(queries.waiting_for(actor)[:PAGE])
    found = paging.page(queries.revisions_for(actor), ("-id",), request.GET.get("cursor"), PAGE)
    names = naming.body_names(row.body_key for row in (*waiting, *found.rows))
    context = {
        "nav": "inventory",
        "waiting": [(row, names[row.body_key], _state(row)) for row in waiting],
        "rows": [(row, names[row.body_key], _state(row)) for row in found.rows],
        "paging": PagingView(f"?cursor={found.next}" if found.next else "", "?" if request.GET.get("cursor") else ""),
        "may_write": actor.has("steward"),
    }
    return page(request, "inventory/revisions.html", context)


@login_required
@require_safe
def revision(request: HttpRequest, revision_id: UUID) -> HttpResponse:
    """One change."""
    actor = officer(request)
    return _page(request, actor, queries.revision_for(actor, revision_id))


@login_required
@require_POST
def act(request: HttpRequest, revision_id: UUID) -> HttpResponse:
    """The next step of a change; a refusal is said on its page."""
    actor = officer(request)
    found, step = queries.revision_for(actor, revision_id), request.POST.get("step", "")
    try:
        cleared = request.POST.get("secrecy") == "yes"
        operations.take_step(found.id, step, actor, request.POST.get("note", ""), cleared)
    except DomainError as refusal:
        return _page(request, actor, queries.revision_for(actor, revision_id), refusal)
    messages.success(request, _DONE[step])
    return redirect("inventory:revision", revision_id=revision_id)


def _page(request: HttpRequest, actor: Actor, found: Revision, refusal: DomainError | None = None) -> HttpResponse:
    due = found.review_due if found.state == RevisionState.SUBMITTED else found.update_due
    context = {
        "nav": "inventory",
        "revision": found,
        "body": naming.body_name(found.body_key),
        "state": _state(found),
        "changes": wording.named(queries.changes_of(found)),
        "due": due,
        "late": due is not None and due < instant.today(),
        "actions": actions_of(actor, found),
        "clears": found.state == RevisionState.SIGNED and actor.has("head"),
        "refusal": refusal,
    }
    return page(request, "inventory/revision.html", context, status=refusal.status if refusal else 200)


def _state(row: Revision) -> StatusView:
    return _STATES[row.state]


def actions_of(actor: Actor, found: Revision) -> list[ActionView]:
    """What this actor can do with it now; a step that is somebody else's because they had a hand in it says so."""
    own = actor.has("steward") and actor.body_key == found.body_key
    handed = actor.ref in (found.author_ref, found.office_ref, found.head_ref)
    why = "您写过或签过这一稿，请另一位同事来办" if handed else ""
    match found.state:
        case RevisionState.DRAFT if own:
            return [
                ActionView("签字", "sign_office", "数据共享工作机构签", "S", primary=not why, disabled=why),
                ActionView("撤回", "withdraw", "账本里留有记录"),
            ]
        case RevisionState.RETURNED if own:
            return [ActionView("撤回", "withdraw", "账本里留有记录")]
        case RevisionState.SIGNED if actor.has("head") and actor.body_key == found.body_key:
            return [
                ActionView("签字并报送", "sign_head", "负责人签，主管部门审核", "S", primary=not why, disabled=why),
                ActionView("退回修改", "send_back", "写明哪里要改", "R"),
            ]
        case RevisionState.SUBMITTED if rights.is_hub(actor):
            return [
                ActionView("审核通过并发布", "publish", "发布以后这一版不能再改", "P", primary=not why, disabled=why),
                ActionView("退回修改", "send_back", "写明哪里要改", "R"),
            ]
    return []
