"""Lineage of a run as OpenLineage events (specification 2-0-2, run events): START, COMPLETE, FAIL."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from xiang.foundation.ledger.canonical import moment
from xiang.hub.exchange.engine.running import Outcome
from xiang.hub.exchange.models import Run

_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets/1-0-0"


def event(run: Run, kind: str, at: Any, outcome: Outcome | None = None) -> dict[str, Any]:
    """One event, as any OpenLineage consumer takes it."""
    job = run.job
    source, target = (_dataset(job, side) for side in ("source", "target"))
    facets: dict[str, Any] = {}
    if outcome is not None:
        fields = [{"name": one.name, "type": one.type} for one in outcome.wire.columns]
        for one in (source, target):
            one["facets"]["schema"] = _facet("SchemaDatasetFacet", fields=fields)
        target["outputFacets"] = {
            "outputStatistics": _facet("OutputStatisticsOutputDatasetFacet", rowCount=outcome.target.rows)
        }
        given = {rule["name"]: rule.get("source", "") for rule in job.mapping}  # a constant comes from no column
        of = {name: source[name] for name in ("namespace", "name")}
        inputs = {
            name: {"inputFields": [{**of, "field": field}] if field else []}
            for name in outcome.wire.names
            for field in (given.get(name, name),)
        }
        target["facets"]["columnLineage"] = _facet("ColumnLineageDatasetFacet", fields=inputs)
    if kind == "FAIL":
        facets["errorMessage"] = _facet("ErrorMessageRunFacet", message=run.code, programmingLanguage="PYTHON")
    return {
        "eventType": kind,
        "eventTime": moment(at),
        "run": {"runId": str(run.pk), "facets": facets},
        "job": {"namespace": f"xiang/{job.source_body}", "name": job.key, "facets": {}},
        "inputs": [source],
        "outputs": [target],
        "producer": settings.PUBLIC_URL,
        "schemaURL": _SCHEMA,
    }


def _dataset(job: Any, side: str) -> dict[str, Any]:
    address, table = getattr(job, f"{side}_address"), getattr(job, f"{side}_table")
    return {"namespace": f"{getattr(job, f'{side}_body')}/{address}", "name": table or address, "facets": {}}


def _facet(name: str, **values: Any) -> dict[str, Any]:
    return {"_producer": settings.PUBLIC_URL, "_schemaURL": f"{_FACETS}/{name}.json#/$defs/{name}", **values}
