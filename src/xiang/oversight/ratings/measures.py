"""How people rate what they got (plan point 17). What nobody rated is a figure of its own and no satisfaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xiang.foundation.ground import instant
from xiang.foundation.measures import operations as measures
from xiang.foundation.measures.registry import Count, Measure, register, within
from xiang.oversight.ratings.models import Invitation, Rating, RatingFollowUp

GOOD, ANSWERED, MENDED = "ratings.good", "ratings.answered", "ratings.mended"


def _of(rating: Rating) -> dict[str, str]:
    return {"item": rating.item_key, "city": rating.division_path[:7]}


def count_rating(rating: Rating) -> None:
    """Count a rating just given."""
    measures.append(GOOD, _of(rating), int(not rating.bad), 1, instant.legal_date(rating.created_at))


def count_settled(invitation: Invitation, *, rated: bool) -> None:
    """Count an invitation that was answered or lapsed, on the day it was opened."""
    measures.append(ANSWERED, {"item": invitation.case.item_key}, int(rated), 1, invitation.opened_on)


def count_follow_up(follow_up: RatingFollowUp, *, closed: bool) -> None:
    """Count a follow-up as it opens, and again as it closes, on the day it was opened."""
    measures.append(MENDED, _of(follow_up.rating), int(closed), int(not closed), follow_up.opened_on)


def _ratings(start: date | None, end: date | None) -> Iterator[Count]:
    for rating in Rating.objects.order_by("id").iterator():
        day = instant.legal_date(rating.created_at)
        if within(day, start, end):
            yield Count(day, _of(rating), int(not rating.bad), 1, f"case:{rating.case_id}")


def _settled(start: date | None, end: date | None) -> Iterator[Count]:
    rows = Invitation.objects.exclude(state=Invitation.State.OPEN).select_related("case").defer("case__answers")
    for row in rows.order_by("id").iterator():
        if within(row.opened_on, start, end):
            rated = int(row.state == Invitation.State.RATED)
            yield Count(row.opened_on, {"item": row.case.item_key}, rated, 1, f"case:{row.case_id}")


def _follow_ups(start: date | None, end: date | None) -> Iterator[Count]:
    for row in RatingFollowUp.objects.select_related("rating").order_by("id").iterator():
        if within(row.opened_on, start, end):
            closed = int(row.state == RatingFollowUp.State.CLOSED)
            yield Count(row.opened_on, _of(row.rating), closed, 1, f"case:{row.rating.case_id}")


register(
    Measure(
        key=GOOD,
        title="好评率",
        formula="非常满意、满意、基本满意的评价 ÷ 全部评价（没有评的不算）",
        numerator="评为非常满意、满意或者基本满意的评价数",
        denominator="收到的评价数，整件事和其中每一项各算一次",
        dimensions=("item", "city"),
        unit="%",
        plan_point="17",
        source=_ratings,
    )
)
register(
    Measure(
        key=ANSWERED,
        title="评价参与率",
        formula="作出评价的邀请 ÷ 已经评价或者到期的邀请（到期未评的记为未评价，不算满意）",
        numerator="在评价期内作出评价的邀请数",
        denominator="已经评价或者到期的邀请数",
        dimensions=("item",),
        unit="%",
        plan_point="17",
        source=_settled,
    )
)
register(
    Measure(
        key=MENDED,
        title="差评整改率",
        formula="已经处理完的差评 ÷ 全部差评",
        numerator="联系过评价人并写明处理结果的差评数",
        denominator="评为不满意或者非常不满意的评价数",
        dimensions=("item", "city"),
        unit="%",
        plan_point="17",
        source=_follow_ups,
    )
)
