"""Decisions over many plans, fast: an index from (resource, action, assignee) to rules, and one pass over the few found.

The answer is the one that the reference evaluator gives, plan by plan: what active permissions give, less what active
prohibitions take, by each plan's conflict strategy. Default is deny. A prohibition takes for every plan; the strategies
``perm`` and ``invalid`` are about the plan that declares them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xiang.hub.policies import rows
from xiang.hub.policies.asking import Request, State, Trees
from xiang.hub.policies.conditions import Test, Tests
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.plans import Note, Plan, PlanRule, micros
from xiang.hub.policies.rows import Filter, Junction
from xiang.hub.policies.vocabulary import wider

WHOLE = frozenset({""})  # a request that names no data item

#: The steps that a permission has to pass, in order. The step that leaves none gives the code.
STEPS = (
    "grant_revoked",
    "grant_not_begun",
    "grant_expired",
    "purpose_not_granted",
    "item_not_granted",
    "condition_unmet",
    "division_missing",
    "duty_open",
    "quota_exhausted",
    "rate_exceeded",
)
PASSED = len(STEPS)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision has to know beside the plans: the instant in microseconds, executions done by rule (in all, and in the
    present window), the duties that are fulfilled, and the plans revoked since the index was built: a revocation need not
    wait for a new one."""

    now: int
    counts: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, int] = field(default_factory=dict)
    fulfilled: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: State) -> Moment:
        """The moment of a state of the world."""
        done = frozenset(uid for uid, when in state.performed.items() if any(each <= state.now for each in when))
        return cls(micros(state.now), state.counters, state.rates, done, state.revoked)


class Held:
    """A rule in memory, with its plan beside it and its conditions made into one test each."""

    __slots__ = ("columns", "own_division", "plan", "rule", "tests")

    def __init__(self, plan: Plan, rule: PlanRule, tests: tuple[Test, ...]) -> None:
        self.plan, self.rule, self.tests = plan, rule, tests
        self.columns = rule.columns
        self.own_division = rows.asks_own_division(rule.rows)

    def step(self, request: Request, moment: Moment) -> int:
        """The number of the first step of :data:`STEPS` that it does not pass; :data:`PASSED` when it is in force."""
        rule = self.rule
        if self.plan.revoked or self.plan.uid in moment.revoked:
            return 0
        if rule.begins is not None and moment.now < rule.begins:
            return 1
        if rule.ends is not None and moment.now >= rule.ends:
            return 2
        if rule.purposes is not None and request.purpose not in rule.purposes:
            return 3
        if rule.items is not None and rule.items.isdisjoint(request.items):
            return 4
        for test in self.tests:
            if not test(request, moment.now):
                return 5
        if self.own_division and not request.division:
            return 6
        return self._reserve_step(request, moment)

    def _reserve_step(self, request: Request, moment: Moment) -> int:
        rule = self.rule
        if rule.before and not moment.fulfilled.issuperset(rule.before):
            return 7
        if rule.quota is not None and moment.counts.get(rule.uid, 0) + request.amount > rule.quota:
            return 8
        if rule.rate is not None and moment.rates.get(rule.uid, 0) + request.amount > rule.rate.times:
            return 9
        return PASSED

    def gives(self, asked: frozenset[str]) -> frozenset[str]:
        """Of the data items asked for, those that this permission is about."""
        return asked if self.columns is None or asked is WHOLE else asked & self.columns

    def takes(self, asked: frozenset[str]) -> frozenset[str]:
        """Of the data items asked for, those that this prohibition is about."""
        return asked if self.columns is None else asked & self.columns


@dataclass(frozen=True, slots=True)
class Decision:
    """``code`` is empty when it is allowed. ``used`` are the rules that give, in the order in which items were taken from
    them; ``granted`` and ``forbidden`` are told even when the whole is refused."""

    code: str
    granted: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    used: tuple[Held, ...] = ()
    excluded: tuple[Held, ...] = ()
    division: str = ""

    @property
    def allowed(self) -> bool:
        return not self.code

    @property
    def grants(self) -> tuple[str, ...]:
        """The uids of the plans used."""
        return tuple(dict.fromkeys(held.plan.uid for held in self.used))

    @property
    def title(self) -> str:
        return "、".join(dict.fromkeys(held.plan.title for held in self.used if held.plan.title))

    @property
    def basis(self) -> str:
        return "；".join(dict.fromkeys(held.plan.basis for held in self.used))

    def sources(self) -> dict[str, PlanRule]:
        """For each data item the rule that it is taken from: the first of those used that has it."""
        found: dict[str, PlanRule] = {}
        for held in self.used:
            for column in held.gives(self.granted):
                found.setdefault(column, held.rule)
        return found

    def masks(self) -> dict[str, Mask]:
        """The mask of each data item that has one, under the rule that the item is taken from."""
        found = {column: dict(rule.masks).get(column) for column, rule in self.sources().items()}
        return {column: mask for column, mask in found.items() if mask is not None}

    def rows(self) -> Filter | None:
        """The rows that every rule used allows and no prohibition takes."""
        allowing = [held.rule.rows for held in self.used if held.rule.rows is not None]
        taking = [Junction("not", (held.rule.rows,)) for held in self.excluded if held.rule.rows is not None]
        every = rows.both([*allowing, *taking])
        return None if every is None else rows.bound(every, self.division)

    def counted(self) -> tuple[PlanRule, ...]:
        """The rules whose quota or rate has to be reserved before anything is read."""
        return tuple(held.rule for held in self.used if held.rule.quota is not None or held.rule.rate is not None)

    def notes(self) -> tuple[Note, ...]:
        """The obligations that follow."""
        plans = {held.plan.uid: held.plan for held in self.used}
        return tuple(note for plan in plans.values() for note in plan.notes)


class Index:
    """Plans in memory. Build a new one when plans change, and put it in the place of the old: it is never altered."""

    def __init__(self, plans: Iterable[Plan], trees: Trees | None = None) -> None:
        tests = Tests(trees or Trees())
        self._covering, self._targets = tests.covering, tests.targets
        self._allowing: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
        self._forbidding: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
        self._any: dict[tuple[str, str, bool], list[Held]] = defaultdict(list)
        for plan in plans:
            for rule in plan.rules:
                self._put(Held(plan, rule, tests.tests(rule.conditions)))
        self._forbidden = bool(self._forbidding)

    def _put(self, held: Held) -> None:
        rule = held.rule
        table = self._forbidding if rule.forbids else self._allowing
        for action in dict.fromkeys(rule.actions):
            self._any[rule.target, action, rule.forbids].append(held)
            for assignee in dict.fromkeys(rule.assignees):
                table[rule.target, action, assignee].append(held)

    def decide(self, request: Request, moment: Moment) -> Decision:
        """Whether everything asked for may be given."""
        asked = request.columns or WHOLE
        found = self._found(self._allowing, request, forbids=False)
        if not found:
            return Decision("no_grant", forbidden=self._taken_alone(request, moment, asked))
        best, allowed = -1, []
        for held in found:
            step = held.step(request, moment)
            if step == PASSED:
                allowed.append(held)
            elif step > best:
                best = step
        if self._forbidden and self._found(self._forbidding, request, forbids=True):
            return self._with_prohibitions(request, moment, asked, allowed, best)
        return self._chosen(request, asked, allowed, STEPS[best] if not allowed else "")

    def _found(self, table: dict[tuple[str, str, str], list[Held]], request: Request, *, forbids: bool) -> list[Held]:
        """The rules on this resource whose action includes the one asked for and whose assignees cover who asks."""
        lists: list[list[Held]] = []
        body = request.assignee
        for target in self._targets(request.target):
            for action in wider(request.action):
                if body == "*":
                    lists.append(self._any.get((target, action, forbids), []))
                    continue
                for assignee in self._covering(body):
                    some = table.get((target, action, assignee))
                    if some:
                        lists.append(some)
        if len(lists) == 1:
            return lists[0]
        return list(dict.fromkeys(held for some in lists for held in some))

    def _taken_alone(self, request: Request, moment: Moment, asked: frozenset[str]) -> frozenset[str]:
        if not self._forbidden:
            return frozenset()
        return self._with_prohibitions(request, moment, asked, [], 0).forbidden

    def _with_prohibitions(
        self, request: Request, moment: Moment, asked: frozenset[str], allowed: list[Held], best: int
    ) -> Decision:
        """The decision where something is forbidden on this resource: each plan's own strategy first, then all together."""
        found = self._found(self._forbidding, request, forbids=True)
        active = [held for held in found if held.takes(asked) and held.step(request, moment) == PASSED]
        taken: frozenset[str] = frozenset()
        excluded: list[Held] = []
        void: set[str] = set()
        for held in active:
            own = frozenset().union(*(one.gives(asked) for one in allowed if one.plan is held.plan))
            takes = held.takes(asked)
            if held.plan.conflict == "invalid" and own & takes:
                void.add(held.plan.uid)
            if held.rule.rows is None:
                taken |= takes - own if held.plan.conflict == "perm" else takes
            elif held.plan.conflict != "perm":
                excluded.append(held)
        left = [held for held in allowed if held.plan.uid not in void]
        refusal = "" if left else ("policy_void" if void else STEPS[best])
        code = "prohibited" if asked & taken else refusal
        return self._chosen(request, asked, left, code, taken, tuple(excluded))

    def _chosen(
        self,
        request: Request,
        asked: frozenset[str],
        allowed: list[Held],
        code: str,
        taken: frozenset[str] = frozenset(),
        excluded: tuple[Held, ...] = (),
    ) -> Decision:
        """Take each item from a rule that gives it: those that give most of what is asked first, then by name."""
        if len(allowed) == 1:
            used, given = allowed, allowed[0].gives(asked)
        else:
            used, given = _covering(asked, allowed)
        granted = given - taken
        if code:
            return Decision(code, granted, taken)
        if granted != asked:
            return Decision("field_not_granted", granted, taken)
        return Decision("", granted, taken, tuple(used), excluded, request.division)


def _covering(asked: frozenset[str], allowed: list[Held]) -> tuple[list[Held], frozenset[str]]:
    used: list[Held] = []
    given: frozenset[str] = frozenset()
    for held in sorted(allowed, key=lambda one: (-len(one.gives(asked)), one.plan.uid, one.rule.uid)):
        gives = held.gives(asked)
        if not used or gives - given:
            used.append(held)
            given |= gives
    return used, given
