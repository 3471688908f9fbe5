"""Generated policies, requests and states over a small world, so that rules meet requests often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from xiang.hub.policies.asking import Request, State, Trees
from xiang.hub.policies.model import (
    Action,
    Asset,
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
)

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ISSUED = NOW - timedelta(days=10)
COLUMNS = ["name", "sex", "phone"]
BODIES = ["430104.police", "430105.police", "430104.data", "hospital"]
ASSIGNEES = ["*", "*.police", "*", "group", *BODIES]
DIVISIONS = ["430104", "430105", "430100", "430000", "430104001000", "43/4301/430104", "old"]
PURPOSES = ["service", "identify", "statistics"]
ITEMS = ["birth", "marriage", "pension"]
TREES = Trees(
    purposes={"identify": "service"},
    divisions={"old": "4301"},
    parties={"hospital": "group"},
    assets={"person": "registries"},
)
NAMES = {
    "purpose": PURPOSES,
    "spatial": DIVISIONS,
    "recipient": [*BODIES, "*.police", "*"],
    "xp:environment": ["gateway", "sandbox"],
    "xp:serviceItem": ITEMS,
}
ORDER = ["eq", "neq", "lt", "lteq", "gt", "gteq"]
NAME_OPERATORS = ["eq", "neq", "isAnyOf", "isAllOf", "isNoneOf", "isA", "isPartOf", "hasPart"]
INSTANTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        NOW,
        NOW + timedelta(microseconds=1),
        NOW - timedelta(days=1),
        date(2026, 11, 23),
        date(2026, 11, 22),
        date(2026, 11, 24),
    ]
)
LENGTHS = st.sampled_from(
    [timedelta(days=10), timedelta(days=9, hours=3), timedelta(days=11), timedelta(microseconds=5)]
)


@st.composite
def names(draw: st.DrawFn) -> Constraint:
    left = draw(st.sampled_from(sorted(NAMES)))
    right = draw(st.lists(st.sampled_from(NAMES[left]), min_size=1, max_size=3, unique=True))
    return Constraint(left, draw(st.sampled_from(NAME_OPERATORS)), tuple(right))


MOMENTS = st.builds(Constraint, st.just("dateTime"), st.sampled_from(ORDER), st.tuples(INSTANTS))
PERIODS = st.builds(
    Constraint, st.sampled_from(["delayPeriod", "elapsedTime"]), st.sampled_from(ORDER), st.tuples(LENGTHS)
)
SIMPLE: st.SearchStrategy[Condition] = names() | MOMENTS | PERIODS
LOGIC = st.builds(
    LogicalConstraint,
    st.sampled_from(["and", "or", "xone"]),
    st.lists(st.deferred(lambda: CONDITIONS), min_size=1, max_size=3).map(tuple),
)
CONDITIONS: st.SearchStrategy[Condition] = SIMPLE | LOGIC
COUNTS = st.builds(
    Constraint, st.just("count"), st.sampled_from(["lt", "lteq"]), st.integers(0, 4).map(lambda most: (most,))
) | st.builds(
    Constraint,
    st.just("xp:rate"),
    st.sampled_from(["lt", "lteq"]),
    st.integers(0, 4).map(lambda most: (most,)),
    st.just("xp:perMinute"),
)
SHARED_LEAVES = (
    st.builds(Constraint, st.just("column:sex"), st.sampled_from(["eq", "neq"]), st.sampled_from([("1",), ("2",)]))
    | st.builds(Constraint, st.just("column:age"), st.sampled_from(ORDER), st.integers(0, 5).map(lambda age: (age,)))
    | st.builds(
        Constraint,
        st.just("column:division"),
        st.sampled_from(["isPartOf", "isAnyOf", "isNoneOf"]),
        st.lists(st.sampled_from(["430104", "430100", "430000", "430105001000"]), min_size=1, max_size=2).map(tuple),
    )
)
OWN_ROWS = st.just(Constraint("column:division", "isPartOf", ("xp:ownDivision",)))


def assets(leaves: st.SearchStrategy[Constraint]) -> st.SearchStrategy[Asset]:
    """Targets whose rows are conditions made of these."""
    rows: st.SearchStrategy[Condition] = st.recursive(
        leaves,
        lambda inner: st.builds(
            LogicalConstraint,
            st.sampled_from(["and", "or", "xone"]),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
        max_leaves=4,
    )
    return st.builds(
        Asset,
        st.sampled_from(["person", "person", "person", "registries", "household"]),
        st.none() | st.frozensets(st.sampled_from(COLUMNS), max_size=3),
        st.lists(rows, max_size=1).map(tuple),
    )


ACTIONS = st.sampled_from(["use", "read", "use", "read", "xp:verify", "xp:batch"]).map(Action)
DUTIES = st.builds(
    Duty, st.uuids().map(lambda uid: f"d-{uid}"), st.sampled_from(["inform", "obtainConsent"]).map(Action)
)
MASKS = {
    "name": (Constraint("xp:maskKind", "eq", ("name",)),),
    "custom": (
        Constraint("xp:maskKind", "eq", ("custom",)),
        Constraint("xp:keepFirst", "eq", (2,)),
        Constraint("xp:keepLast", "eq", (0,)),
    ),
}


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    target = draw(assets(SHARED_LEAVES | OWN_ROWS))
    duties = draw(st.lists(DUTIES, max_size=1))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(sorted(MASKS)))
        asset = Asset(target.uid, frozenset({"name", "phone"}))
        duties.append(Duty(f"m-{draw(st.uuids())}", Action("xp:mask", MASKS[kind]), asset))
    return Permission(
        uid=f"p-{draw(st.uuids())}",
        actions=tuple(draw(st.lists(ACTIONS, min_size=1, max_size=2, unique=True))),
        target=target,
        assigners=("430000.police",),
        assignees=tuple(draw(st.lists(st.sampled_from(ASSIGNEES), min_size=1, max_size=2, unique=True))),
        constraints=tuple(draw(st.lists(CONDITIONS | COUNTS, max_size=2))),
        duties=tuple(duties),
    )


PROHIBITIONS = st.builds(
    Prohibition,
    uid=st.uuids().map(lambda uid: f"f-{uid}"),
    actions=ACTIONS.map(lambda one: (one,)),
    target=assets(SHARED_LEAVES),
    assigners=st.just(("430000.police",)),
    assignees=st.sampled_from(ASSIGNEES).map(lambda one: (one,)),
    constraints=st.lists(CONDITIONS, max_size=1).map(tuple),
)
POLICIES = st.builds(
    Policy,
    uid=st.uuids().map(lambda uid: f"g-{uid}"),
    kind=st.sampled_from(["Agreement", "Set"]),
    permissions=st.lists(permissions(), min_size=1, max_size=3).map(tuple),
    prohibitions=st.lists(PROHIBITIONS, max_size=2, unique_by=lambda rule: rule.uid).map(tuple),
    conflict=st.sampled_from(["", "", "perm", "prohibit", "invalid"]),
    title=st.sampled_from(["", "办理出生医学证明"]),
    basis=st.sampled_from([(), ("《某法》第一条",)]),
    issued=st.just(ISSUED),
)
REQUESTS = st.builds(
    Request,
    assignee=st.sampled_from([*BODIES, "*"]),
    action=st.sampled_from(["read", "read", "xp:verify", "xp:batch", "use"]),
    target=st.sampled_from(["person", "person", "person", "person", "household"]),
    columns=st.frozensets(st.sampled_from(COLUMNS), max_size=2),
    purpose=st.sampled_from(["", *PURPOSES]),
    items=st.frozensets(st.sampled_from(ITEMS), max_size=2),
    division=st.sampled_from(["", *DIVISIONS]),
    recipient=st.sampled_from(["", *BODIES]),
    environment=st.sampled_from(["", "gateway"]),
    amount=st.integers(1, 2),
)


@st.composite
def states(draw: st.DrawFn, policies: list[Policy]) -> State:
    """A state in which each of the rules may have been used, and each of the duties done, revoked or missed."""
    uids = sorted(rule.uid for policy in policies for rule in policy.permissions)
    duties = sorted(duty.uid for policy in policies for duty in policy.duties())
    before, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    whens = st.sampled_from([(before,), (before, after), (), (after,)])
    return State(
        now=NOW,
        counters={uid: draw(st.integers(0, 4)) for uid in uids},
        rates={uid: draw(st.integers(0, 4)) for uid in uids},
        performed={uid: draw(whens) for uid in duties},
        revoked=frozenset(policy.uid for policy in policies if draw(st.integers(0, 9)) == 9),
        trees=TREES,
    )


#: Policies with everything that a document can say, for what need not be compilable.
VALUES: st.SearchStrategy[Any] = (
    st.integers(-5, 5)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-9, max_value=9).map(Decimal)
    | st.dates()
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5)
)
WIDE_ROWS = st.builds(
    Constraint, st.just("column:住址"), st.sampled_from(["eq", "neq"]), VALUES.map(lambda one: (one,))
)


@st.composite
def documents(draw: st.DrawFn) -> Policy:
    """A policy with remedies, consequences, deadlines, sequences, free texts and values of every type."""
    policy = draw(POLICIES)
    deadline = Constraint("elapsedTime", "lteq", (draw(st.timedeltas(timedelta(), timedelta(days=400))),))
    duty = Duty(
        f"o-{draw(st.uuids())}",
        Action("delete", (deadline,)),
        Asset("person", None, (draw(WIDE_ROWS),)),
        ("430104.police",),
        tuple(draw(st.lists(CONDITIONS, max_size=1))),
        (Duty(f"c-{draw(st.uuids())}", Action("compensate")),),
    )
    sequence = LogicalConstraint("andSequence", tuple(draw(st.lists(SIMPLE, min_size=1, max_size=3))))
    permission = Permission(
        f"s-{draw(st.uuids())}", (Action("read", (sequence,)),), None, ("a",), ("https://example.org/party/1",)
    )
    text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
    return Policy(
        uid=policy.uid,
        kind=draw(st.sampled_from(["Agreement", "Set", "Offer"])),
        permissions=(*policy.permissions, permission),
        prohibitions=tuple(
            replace(one, remedies=() if place else (duty,)) for place, one in enumerate(policy.prohibitions)
        ),
        obligations=() if policy.prohibitions else (duty,),
        conflict=policy.conflict,
        title=draw(text),
        description=draw(text),
        basis=tuple(draw(st.lists(text.filter(bool), max_size=2))),
        issued=draw(st.none() | st.just(ISSUED)),
    )
