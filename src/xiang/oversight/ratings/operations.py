"""What can be done with ratings: invite, rate, follow up a bad one. Nobody is pressed, and nothing is preset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from xiang.foundation.cases import queries as cases
from xiang.foundation.cases.models import Case
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Forbidden, Invalid, Refused
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.notices import operations as notices
from xiang.foundation.notices import queries as notice_queries
from xiang.foundation.outbox.subscriptions import Event, subscribe
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Party, PartyKind
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.clock import due
from xiang.oversight.ratings import queries
from xiang.oversight.ratings.measures import count_follow_up, count_rating, count_settled
from xiang.oversight.ratings.models import FollowUpNote, Invitation, Level, Rating, RatingFollowUp

WINDOW, CONTACT, MEND = "rating.window", "rating.bad.contact", "rating.bad.ordinary"
INVITED = "rating.invited"
CONCLUDING = ("finish", "deliver", "paid", "refuse", "decline", "not_needed")
RATERS = ("applicant", "mother", "father", "guardian", "person", "company", "owner")
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of one matter or part: a level, and words if the person likes."""

    level: str
    text: str = ""


# --- inviting --------------------------------------------------------------------------------------------------------


def invite(event: Event) -> None:
    """A matter has ended: whoever it was for may rate it. A part is rated with its whole, and asked for once."""
    case = cases.by_id(UUID(event.payload["case_id"]))
    if case.open or case.parent_id is not None or case.facts.get("solemn"):
        return
    for rater in _raters(case):
        if queries.may_be_asked(case, rater):
            _open(case, rater)


def _raters(case: Case) -> Iterable[Party]:
    """The applicant, and the other grown people for whom it was: never the child, the agent or somebody who died."""
    roles = case.parties.filter(role__in=RATERS, party__isnull=False)
    found = {case.applicant_id, *roles.values_list("party_id", flat=True)} - {None, _child(case)}
    alive = Party.objects.exclude(person__death_date__isnull=False)
    return alive.filter(id__in=[key for key in found if key], kind__in=(PartyKind.PERSON, PartyKind.LEGAL))


def _child(case: Case) -> UUID | None:
    """The subject, when the matter is about somebody else than the applicant."""
    return case.subject_id if case.subject_id != case.applicant_id else None


def _open(case: Case, rater: Party) -> None:
    ended = instant.legal_date(case.concluded_at or instant.now())
    closes = due(ended, statutes.limit(WINDOW, ended).limit(), statutes.calendar()).date
    _, made = Invitation.objects.get_or_create(
        case=case, rater=rater, defaults={"opened_on": ended, "closes_on": closes or ended}
    )
    if made:
        notices.notify(
            rater.id,
            INVITED,
            "办得怎样",
            f"{case.title}办完了，觉得办得怎样，可以评一评。经办人看不到是谁评的。",
            params={"title": case.title},
            category="rating",
            link=f"/cases/{case.number}/rating/",
            case_number=case.number,
            about=str(case.id),
            once=f"rating:{case.id}",
        )


def lapse() -> int:
    """Close the invitations whose day has passed: they count as unrated. How many."""
    lapsed = 0
    for found in Invitation.objects.filter(state=Invitation.State.OPEN, closes_on__lt=instant.today())[:500]:
        with transaction.atomic():
            if _settle(found, Invitation.State.LAPSED):
                lapsed += 1
    return lapsed


def _settle(invitation: Invitation, state: Invitation.State) -> bool:
    """Leave the open state, once; answers whether this call did it."""
    won = Invitation.objects.filter(id=invitation.id, state=Invitation.State.OPEN).update(state=state)
    if won:
        count_settled(invitation, rated=state == Invitation.State.RATED)
    return bool(won)


# --- rating ----------------------------------------------------------------------------------------------------------


def rate(case_number: str, actor: Actor, said: Mapping[str, Word]) -> list[Rating]:
    """Rate a matter: ``said`` by case number, its own for the whole and those of its parts as the person likes.

    1. An invitation of this person must be open. 2. Check every word at once. 3. Write each rating once, its figure,
    and a follow-up where it is bad. 4. Close the invitation. A second click finds the first rating.
    """
    invitation = queries.invitation_for(actor, case_number)
    if invitation.state == Invitation.State.RATED:
        raise Refused("rated_already", "这件事您已经评过了，每件事评一次。")
    if invitation.state == Invitation.State.LAPSED or invitation.closes_on < instant.today():
        raise Refused("rating_closed", "评价期已经过了。有话要说，可以打 12345，也可以用“办不成事反映”。")
    whole = invitation.case
    parts = {whole.number: whole} | {part.number: part for part in queries.parts_of(whole)}
    given = {number: word for number, word in said.items() if word.level or word.text.strip()}
    _check(given, whole.number, parts)
    with transaction.atomic():
        if not _settle(invitation, Invitation.State.RATED):
            raise Refused("rated_already", "这件事您已经评过了，每件事评一次。")
        ratings = [_write(parts[number], whole, invitation.rater, word, actor) for number, word in given.items()]
        refs = {"case": whole.number, "invitation": str(invitation.id)}
        ledger.record("rating.given", actor.ref, refs, case_id=whole.id)
    return ratings


def _check(given: Mapping[str, Word], whole: str, parts: Mapping[str, Case]) -> None:
    errors = []
    if whole not in given or not given[whole].level:
        errors.append(FieldError("/level", "level_missing", "请在五档里选一档。只想评其中几项的，总体也请选一档。"))
    for number, word in given.items():
        name = "" if number == whole else f"/{number}"
        if number not in parts:
            raise Absent
        if word.level and word.level not in Level.values:
            errors.append(FieldError(f"{name}/level", "level_unknown", "请在五档里选一档。"))
        if word.text.strip() and not word.level:
            errors.append(FieldError(f"{name}/level", "level_missing", "写了话的这一项，也请选一档。"))
        if len(word.text) > LONGEST_TEXT:
            errors.append(FieldError(f"{name}/text", "text_long", f"最多写 {LONGEST_TEXT} 个字。"))
    if errors:
        raise Invalid(errors)


def _write(case: Case, whole: Case, rater: Party, word: Word, actor: Actor) -> Rating:
    rating = Rating.objects.create(
        case=case,
        rater=rater,
        level=word.level,
        text=word.text.strip(),
        whole=case.id == whole.id,
        item_key=case.item_key,
        item_title=case.item_title,
        unit=case.unit,
        body_key=case.unit.body.key if case.unit else "",
        division_path=case.division_path or queries.place_of(whole),
        channel=actor.channel,
        created_at=instant.now(),
    )
    count_rating(rating)
    if rating.bad:
        _follow(rating)
    return rating


# --- bad ratings -----------------------------------------------------------------------------------------------------


def _follow(rating: Rating) -> None:
    today, calendar = instant.today(), statutes.calendar()
    contact = due(today, statutes.limit(CONTACT, today).limit(), calendar).date
    mend = due(today, statutes.limit(MEND, today).limit(), calendar).date
    made = RatingFollowUp.objects.create(
        rating=rating,
        division_path=rating.division_path,
        contact_due=contact or today,
        mend_due=mend or today,
        opened_on=today,
    )
    count_follow_up(made, closed=False)
    ledger.record("rating.follow_up", "system", {"follow_up": str(made.id)}, case_id=rating.case_id)


def note(follow_up_id: UUID, actor: Actor, step: str, text: str) -> RatingFollowUp:
    """Say that the person was reached (``contacted``), or what was done (``closed``); then they are told of it."""
    text = text.strip()
    if not text:
        raise Invalid([FieldError("/text", "text_missing", "请写明联系和处理的情况。")])
    if len(text) > 2 * LONGEST_TEXT:
        raise Invalid([FieldError("/text", "text_long", f"最多写 {2 * LONGEST_TEXT} 个字。")])
    with transaction.atomic():
        found = queries.follow_ups(actor).select_for_update(of=("self",)).filter(id=follow_up_id).first()
        if found is None:
            raise Absent
        if found.rating.unit_id in actor.unit_ids:
            raise Forbidden("own_office", "这条差评说的是您所在的处所，请由上级监督人员处理。")
        _step(found, step)
        FollowUpNote.objects.create(
            follow_up=found, step=step, text=text, actor_ref=actor.ref, actor_name=actor.name, at=instant.now()
        )
        refs = {"follow_up": str(found.id), "step": step}
        ledger.record("rating.follow_up.noted", actor.ref, refs, case_id=found.rating.case_id)
        if found.state == RatingFollowUp.State.CLOSED:
            _tell(found, text)
    return found


def _step(found: RatingFollowUp, step: str) -> None:
    order = (RatingFollowUp.State.OPEN, RatingFollowUp.State.CONTACTED, RatingFollowUp.State.CLOSED)
    if (
        step not in order[1:]
        or order.index(RatingFollowUp.State(step)) != order.index(RatingFollowUp.State(found.state)) + 1
    ):
        raise Refused("not_now", "先联系评价人，再写处理结果；已经处理完的不能再改。")
    found.state = RatingFollowUp.State(step)
    if found.state == RatingFollowUp.State.CONTACTED:
        found.contacted_at = instant.now()
    else:
        found.closed_at = instant.now()
        count_follow_up(found, closed=True)
    found.save(update_fields=["state", "contacted_at", "closed_at"])


def _tell(found: RatingFollowUp, text: str) -> None:
    rating = found.rating
    if notice_queries.is_suppressed(rating.rater_id, "rating.answered", "rating", str(rating.case_id)):
        return
    notices.notify(
        rating.rater_id,
        "rating.answered",
        "您反映的问题处理好了",
        f"您对“{rating.item_title}”的评价已经核实处理：{text}",
        category="rating",
        about=str(rating.case_id),
        once=f"rating.answered:{rating.id}",
    )


def open_contact(follow_up_id: UUID, actor: Actor) -> str:
    """The number at which the person can be reached, for the supervisor who calls; looking is in the ledger."""
    with transaction.atomic():
        found = queries.follow_ups(actor).filter(id=follow_up_id).first()
        if found is None:
            raise Absent
        refs = {"follow_up": str(found.id)}
        ledger.record("rating.contact_opened", actor.ref, refs, case_id=found.rating.case_id)
    return queries.phone_of(found)


def register() -> None:
    """Subscribe; called once at start."""
    for edge in CONCLUDING:
        subscribe(f"case.{edge}", "ratings.invite")(invite)
