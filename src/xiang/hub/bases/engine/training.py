"""Training a model: Splink estimates from the data itself how often those who are the same, and strangers, agree."""

# ruff: noqa: S608 - names and expressions come from the code, values are quoted
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiang.foundation.ground.errors import Refused
from xiang.hub.bases.engine.batch import Linkage
from xiang.hub.bases.engine.scoring import Chances, Model

#: A level that training never met keeps what was known of it; none is impossible, none is certain.
_LEAST, _MOST = 1e-8, 0.9999

#: The keys that pairs to learn from share: a decisive number first; then keys that leave it free to be learnt.
_RULES = {"person": ("number", "reading", "home"), "legal": ("credit", "core", "seat")}


def train(linkage: Linkage, edition: str, *, pairs: float = 5e6) -> Model:
    """A model from loaded tables, on ``pairs`` random pairs; what cannot be learnt stays as in the model given.

    ``Refused`` (``model_fixed``) for a kind that is known by its numbers alone: nothing of it is weighed.
    """
    kind, given = linkage.config.kind, linkage.config.model
    if kind.key not in _RULES:
        raise Refused("model_fixed", f"{kind.title}只按号码认定，没有要训练的参数；去掉 --train 再运行。")
    linker = linkage.linker(None)
    rules = [settled["blocking_rule"] for settled in _rules(linkage)]
    learn = linker.training
    learn.estimate_probability_two_random_records_match(rules[:1], recall=0.6)
    learn.estimate_u_using_random_sampling(max_pairs=pairs, seed=43)
    for rule in rules:
        if _enough(linkage, rule):
            learn.estimate_parameters_using_expectation_maximisation(rule)
    return learnt(linker.misc.save_model_to_json(), given, edition)


def learnt(said: Mapping[str, Any], given: Model, edition: str) -> Model:
    """The model in Splink's own words, completed by the given one."""
    levels: dict[str, dict[str, Chances]] = {}
    for comparison in said["comparisons"]:
        column = comparison["output_column_name"]
        known = given.levels[column]
        levels[column] = {
            level["label_for_charts"]: _chances(level, known[level["label_for_charts"]])
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
    prior = float(said["probability_two_random_records_match"])
    return Model(given.kind, edition, prior, given.attach, given.review, levels)


def _chances(level: Mapping[str, Any], known: Chances) -> Chances:
    m, u = level.get("m_probability"), level.get("u_probability")
    return Chances(_bounded(m if m is not None else known.m), _bounded(u if u is not None else known.u))


def _bounded(value: float) -> float:
    return round(min(max(float(value), _LEAST), _MOST), 10)


def _rules(linkage: Linkage) -> list[dict[str, str]]:
    from xiang.hub.bases.engine.batch import settings

    kind = linkage.config.kind
    told = settings(kind, None)["blocking_rules_to_generate_predictions"]
    by_key = dict(zip((key.name for key in kind.keys), told, strict=True))
    return [by_key[name] for name in _RULES[kind.key]]


def _enough(linkage: Linkage, rule: str) -> bool:
    """Whether a rule finds pairs at all: learning from none fails."""
    found = linkage.connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM features l JOIN features r ON {rule} AND l.n < r.n LIMIT 100)"
    ).fetchall()
    return int(found[0][0]) == 100
