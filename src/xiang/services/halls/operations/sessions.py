"""Opening a visit and clearing up after it, by hand or because nobody was there any more."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction

from xiang.foundation.forms import operations as drafts
from xiang.foundation.forms.models import Draft
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, Forbidden, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.notices import operations as notices
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, Role, Unit
from xiang.services.halls import measures, queries
from xiang.services.halls.models import WindowMatter, WindowSession

ONE_MINUTE = timedelta(minutes=1)


def window_of(actor: Actor) -> Unit:
    """The window at which an officer serves; ``Forbidden`` for everybody else."""
    units = actor.units_with(Role.WINDOW)
    if actor.staff_id is None or not units:
        raise Forbidden("no_window", "这一步由综合窗口的工作人员来办。")
    return Unit.objects.select_related("body", "division").get(id=min(units))


def open_session(actor: Actor, client: Party, read_how: WindowSession.Read) -> WindowSession:
    """Begin a visit. A visit that rested too long is cleared first; one still going on must be cleared by hand.

    The person is told that somebody serves them in their name: who is not there will notice.
    """
    unit, now = window_of(actor), instant.now()
    assert actor.staff_id is not None
    rested = WindowSession.objects.filter(
        clerk_id=actor.staff_id, closed_at=None, touched_at__lte=now - queries.idle_limit()
    )
    for session in rested:
        end(session, WindowSession.Ending.IDLE, actor.ref)
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = WindowSession.objects.create(
                    clerk_id=actor.staff_id, unit=unit, client=client, read_how=read_how, opened_at=now, touched_at=now
                )
        except IntegrityError:
            raise Refused("not_cleared", "前一位办事人还没有清场。先点“清场”，再接待下一位。") from None
        measures.count_visit(made)
        ledger.record("window.opened", actor.ref, {"session": str(made.id), "client": str(client.id), "how": read_how})
        notices.notify(
            client.id,
            "window.opened",
            "正在窗口为您办事",
            f"{unit.name}用您的身份证开始为您办事。如果您不在现场，请马上打 12345。",
            category="security",
            important=True,
            once=f"window:{made.id}",
        )
    return made


def touch(actor: Actor) -> WindowSession:
    """The visit in progress, noted as going on (at most once a minute); ``Absent`` when there is none."""
    session = queries.session_for(actor)
    now = instant.now()
    if now - session.touched_at > ONE_MINUTE:
        WindowSession.objects.filter(id=session.id, closed_at=None).update(touched_at=now)
    return session


def clear(actor: Actor) -> WindowSession:
    """Clear up: nothing of the person stays at the window. What was not finished goes home with them."""
    session = WindowSession.objects.filter(clerk_id=actor.staff_id, closed_at=None).first() if actor.staff_id else None
    if session is None:
        raise Absent("no_client", "窗口现在没有办事人。")
    end(session, WindowSession.Ending.DONE, actor.ref)
    return session


def close_idle() -> int:
    """Clear the windows at which nobody did anything for too long; how many. The worker's."""
    since = instant.now() - queries.idle_limit()
    rested = list(WindowSession.objects.filter(closed_at=None, touched_at__lte=since))
    for session in rested:
        end(session, WindowSession.Ending.IDLE, "system")
    return len(rested)


@transaction.atomic
def end(session: WindowSession, how: WindowSession.Ending, actor_ref: str) -> None:
    """1. End the visit, once. 2. Drafts become the person's own again. 3. Unfinished ones are parked and told of."""
    open_one = WindowSession.objects.filter(id=session.id, closed_at=None)
    if not open_one.update(closed_at=instant.now(), ending=how):
        return
    left = drafts.give_back(f"staff:{session.clerk_id}")
    session.matters.filter(state=WindowMatter.State.OPEN).update(state=WindowMatter.State.PARKED)
    for draft in left:
        _tell_parked(session, draft)
    refs = {"session": str(session.id), "ending": str(how), "parked": str(len(left))}
    ledger.record("window.cleared", actor_ref, refs)
    session.refresh_from_db(fields=["closed_at", "ending"])


def _tell_parked(session: WindowSession, draft: Draft) -> None:
    notices.notify(
        draft.owner_id,
        "window.parked",
        "窗口没办完的，可以接着办",
        f"“{draft.title}”还没有提交，填过的都在。可以自己接着办，也可以再到窗口来。",
        category="todo",
        link=f"/{'life-events/' if draft.kind == 'life_event' else ''}drafts/{draft.id}/",
        once=f"parked:{session.id}:{draft.id}",
    )
