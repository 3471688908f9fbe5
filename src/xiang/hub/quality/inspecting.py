"""What a campaign looks at: the catalogue entry itself, and the data of a resource. It reads and writes nothing down.

A result is plain data: ``score``, ``grade``, ``dimensions`` and ``rules``, of each rule ``assessed`` and ``failed``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ledger.models import DataUse
from xiang.foundation.statutes import queries as statutes
from xiang.hub.inventory.models import CatalogueEntry, Resource
from xiang.hub.quality import implied, standing
from xiang.hub.quality.engine import profiling, rules, running, scoring
from xiang.hub.quality.engine.addresses import Address
from xiang.hub.quality.engine.scoring import Tally
from xiang.hub.quality.models import Check

UNUSED = "quality.unused"
_ARTICLE = re.compile(r"《[^》]+》.*第[一二三四五六七八九十百零〇\d]+条")
_TRIAL = re.compile(r"测试|test|demo|临时|副本|copy", re.IGNORECASE)
Verdict = tuple[str, str, str, int, int]  # rule, indicator, message, assessed, failed


def inspect(check: Check) -> dict[str, Any]:
    """Look at one subject now; an unreachable source is a finding, not an error. What was taken out of the catalogue since
    the campaign began has nothing to be looked at, and must not keep the report from being frozen."""
    if check.subject == Check.Subject.ENTRY:
        entry = CatalogueEntry.objects.filter(key=check.subject_key, retired=False).first()
        return _counted(list(_entry(entry)) if entry else [])
    rows = Resource.objects.select_related("system").filter(key=check.subject_key, state=Resource.State.MOUNTED)
    resource = rows.first()
    return checked(resource) if resource else _counted([])


def _entry(entry: CatalogueEntry) -> Iterator[Verdict]:
    """The checks of a catalogue entry (目录质检)."""
    needed = {"摘要": entry.summary, "分类": entry.category, "提供方代码": entry.provider_code, "信息项": entry.items}
    needed |= {"数据格式": entry.format, "更新周期": entry.cycle}
    missing = [title for title, value in needed.items() if not value]
    told = f"目录缺少{'、'.join(missing)}，请补全。" if missing else ""
    yield "entry_fields", "completeness.element", told, len(needed), len(missing)
    odd = entry.title != entry.title.strip() or bool(_TRIAL.search(entry.title)) or len(entry.title) < 4
    yield "entry_name", "regularity.standard", "目录名称太短，或者像是测试用的，请改成说明内容的名称。", 1, int(odd)
    same = CatalogueEntry.objects.filter(body_key=entry.body_key, title=entry.title, retired=False).count() > 1
    yield "entry_twice", "accuracy.duplicates", "同一机关有两条同名目录，请合并或者改名。", 1, int(same)
    unmapped = entry.item_rows.filter(column="").count()
    yield (
        "entry_mapping",
        "regularity.model",
        "有信息项没有对应到表的列，请补上对应关系。",
        entry.item_rows.count(),
        unmapped,
    )
    if entry.share == CatalogueEntry.Share.NOT_SHARED:
        vague = not _ARTICLE.search(entry.not_shared_citation)
        yield "entry_basis", "regularity.business", "不予共享的依据没有写到法律的具体条款，请写明。", 1, int(vague)
    else:
        mounted = entry.resources.filter(state=Resource.State.MOUNTED)
        yield "entry_mounted", "accessibility.usable", "目录没有挂接数据资源，请挂接。", 1, int(not mounted.exists())
        yield from _used([resource.key for resource in mounted])
    if entry.fresh_until is not None:
        stale = entry.fresh_until < instant.now()
        yield "entry_fresh", "timeliness.point", "数据没有按公布的更新周期更新，请更新数据或者改周期。", 1, int(stale)


def _used(keys: list[str]) -> Iterator[Verdict]:
    """Whether anybody called the data within the time that the statutes name; without such a row it is not asked."""
    row = statutes.find(UNUSED, instant.today())
    if row is None or not keys:
        return
    since = instant.start_of(instant.today()) - timedelta(days=row.value)
    used = DataUse.objects.filter(resource_key__in=keys, at__gte=since).exists()
    yield "entry_used", "accessibility.usable", "长期没有人调用，请核实需求，必要时改目录或者下线。", 1, int(not used)


def _counted(verdicts: list[Verdict]) -> dict[str, Any]:
    terms = standing.terms()
    tallies = [Tally(indicator, 1, assessed, failed) for _, indicator, _, assessed, failed in verdicts]
    found = scoring.score(tallies, terms.weights, terms.cutoffs)
    told = [
        {"key": key, "indicator": indicator, "message": message, "assessed": assessed, "failed": failed, "first": []}
        for key, indicator, message, assessed, failed in verdicts
    ]
    dimensions = [{"key": p.key, "title": p.title, "score": round(p.score, 4)} for p in found.dimensions]
    total = None if found.total is None else round(found.total, 4)
    return {"score": total, "grade": found.grade, "dimensions": dimensions, "rules": told}


def checked(resource: Resource) -> dict[str, Any]:
    """The rules of a resource on its data now."""
    try:
        return running.run(_job(resource)).as_dict()
    except DomainError as wrong:
        reached = ("resource_reachable", "accessibility.accessible", f"检查不了：{wrong.detail}"[:400], 1, 1)
        return _counted([reached])


def suggested(resource: Resource) -> dict[str, Any]:
    """Rules suggested from a profile of the data: ``rules`` as their editor takes them, ``columns`` of the profile without
    any value. What cannot be read is told in ``told``."""
    try:
        found = profiling.profile(address(resource))
    except DomainError as wrong:
        return {"told": wrong.detail[:400]}
    names = ("name", "type", "filled", "distinct", "unique", "form")
    columns = [{name: getattr(column, name) for name in names} for column in found.columns]
    content = profiling.suggest(found)
    if resource.personal:
        content["columns"] = {column.name: {"sensitive": True} for column in found.columns}
    return {"rows": found.table.rows, "columns": columns, "rules": content}


def _job(resource: Resource) -> running.Job:
    made = rules.build(implied.rules_of(resource))
    return running.Job(address(resource), made, terms=standing.terms())


def address(resource: Resource) -> Address:
    """Where a resource's table is; what is needed to sign in comes from the environment when it is read."""
    return Address(resource.system.connection, resource.table, resource.title, named=True)
