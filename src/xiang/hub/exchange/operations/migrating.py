"""Moving a department's database (三不变): who manages it, who uses it and what it is for stay as they are.

assessed → planned → replicated → verified → cut over → connected → old channel closed. Each step is taken by a steward;
``verified`` and ``cut over`` only if every table counted and summed alike at both ends.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid, Refused
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.exchange import ends
from xiang.hub.exchange.engine import addresses, running
from xiang.hub.exchange.engine.digest import BLOCK
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.running import Plan
from xiang.hub.exchange.models import Job, Migration, MigrationStep, MigrationTable, Run
from xiang.hub.exchange.operations.carrying import LEASE, kept
from xiang.hub.exchange.operations.defining import address_mistakes, put_job
from xiang.hub.exchange.operations.starting import start
from xiang.hub.inventory.operations import need_hub

ORDER = tuple(Migration.State.values)
#: How long a check of all tables counts as fresh for a cut-over: what is older says nothing of now.
FRESH = timedelta(hours=1)


def propose(key: str, values: Mapping[str, Any], tables: Sequence[str], actor: Actor) -> Migration:
    """Assess a database for moving. ``values``: title, body_key, source_address, target_address, old_channel."""
    need_hub(actor)
    if errors := _mistakes(key, values, tables):
        raise Invalid(errors)
    data = Path(settings.DATA)
    found = {name: _assessed(str(values["source_address"]), name, data) for name in tables}
    errors = [FieldError("/tables", "table_unfit", f"{name}：{why}") for name, why in found.items() if why]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        if Migration.objects.filter(key=key).exists():
            raise Refused("migration_known", "已经有这个代码的迁移，请换一个代码。")
        made = Migration.objects.create(key=key, created_at=instant.now(), **values)
        MigrationTable.objects.bulk_create([MigrationTable(migration=made, name=name) for name in tables])
        _step(made, Migration.State.ASSESSED, actor, f"{len(tables)} 张表")
        return made


def _mistakes(key: str, values: Mapping[str, Any], tables: Sequence[str]) -> list[FieldError]:
    errors = []
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", key):
        errors.append(
            FieldError("/key", "key_form", "迁移代码用小写字母开头，只含小写字母、数字和连字符，不超过 41 位。")
        )
    for name, words in (("title", "请写明迁移哪个数据库。"), ("body_key", "请写明由哪个机关负责。")):
        if not str(values.get(name, "")).strip():
            errors.append(FieldError(f"/{name}", f"{name}_missing", words))
    for side in ("source", "target"):
        for table in tables or ["t"]:
            errors += address_mistakes(side, str(values.get(f"{side}_address", "")), table)
    if not tables:
        errors.append(FieldError("/tables", "tables_missing", "请列出要迁移的表。"))
    return list(dict.fromkeys(errors))


def _assessed(address: str, name: str, data: Path) -> str:
    """Why a table cannot be moved as it is; empty when it can."""
    try:
        schema = addresses.end_of(*ends.place_of(address, name), data).schema()
    except Stopped as stopped:
        return stopped.detail
    if schema is None:
        return "来源没有这张表"
    return "" if schema.key else "没有主键，请先建主键"


def advance(key: str, actor: Actor) -> Migration:
    """Take the next step; raises ``Refused`` with what is still missing."""
    need_hub(actor)
    with transaction.atomic():
        migration = Migration.objects.select_for_update().filter(key=key).first()
        if migration is None:
            raise Absent("migration_absent", "没有这个迁移。")
        if migration.state == Migration.State.CLOSED:
            raise Refused("migration_over", "迁移已经完成，旧通道已经关闭。")
        following = ORDER[ORDER.index(migration.state) + 1]
        note = _STEPS[following](migration, actor)
        values: dict[str, Any] = {"state": following}
        if following == Migration.State.CLOSED:
            values["closed_at"] = instant.now()
        if not Migration.objects.filter(pk=migration.pk, state=migration.state).update(**values):
            raise Refused("migration_moved", "别人刚刚推进了这一步，请刷新页面。")
        migration.refresh_from_db()
        _step(migration, following, actor, note)
        return migration


def _step(migration: Migration, state: str, actor: Actor, note: str) -> None:
    _noted_step(migration, state, actor.ref, note)
    ledger.record(f"exchange.migration.{state}", actor.ref, {"migration": migration.key})


def _noted_step(migration: Migration, state: str, ref: str, note: str) -> None:
    MigrationStep.objects.create(migration=migration, state=state, actor_ref=ref, note=note[:300], at=instant.now())


def _plan(migration: Migration, actor: Actor) -> str:
    """A job for each table, from the old place to the new one, of the same body: it stays whose it is."""
    for table in migration.tables.all():
        job = put_job(
            f"m-{migration.key}-{new_id().hex[-8:]}",
            {
                "title": f"{migration.title}·{table.name}",
                "source_body": migration.body_key,
                "target_body": migration.body_key,
                "source_address": migration.source_address,
                "source_table": table.name,
                "target_address": migration.target_address,
                "target_table": table.name,
                "mode": Job.Mode.FULL,
            },
            actor,
        )
        MigrationTable.objects.filter(pk=table.pk).update(job=job)
        start(job.key, actor)
    return "每张表建好一个全量任务，已经开始复制"


def _replicated(migration: Migration, actor: Actor) -> str:
    for table in migration.tables.select_related("job"):
        last = Run.objects.filter(job=table.job).order_by("-id").first()
        if last is None or last.state != Run.State.DONE:
            raise Refused("not_replicated", f"“{table.name}”还没有复制完，或者两端不一致，请看它的运行记录。")
    return "全部表复制完成"


def _verified(migration: Migration, actor: Actor) -> str:
    for table in migration.tables.all():
        if not table.agrees:
            raise Refused("not_verified", f"“{table.name}”还没有核对，或者两端不一致。请先核对全部表。")
        if table.checked_at is None or instant.now() - table.checked_at > FRESH:
            raise Refused("check_stale", f"“{table.name}”的核对已经过时，请停写以后重新核对。")
    return "全部表行数和摘要一致"


def _noted(words: str) -> Callable[[Migration, Actor], str]:
    return lambda migration, actor: words


_STEPS: dict[str, Callable[[Migration, Actor], str]] = {
    Migration.State.PLANNED: _plan,
    Migration.State.REPLICATED: _replicated,
    Migration.State.VERIFIED: _verified,
    # Counted once more: between the check and the cut-over somebody may have written.
    Migration.State.CUT_OVER: _verified,
    Migration.State.CONNECTED: _noted("业务系统已经从新地址读写"),
    Migration.State.CLOSED: _noted("旧通道已经关闭"),
}


@transaction.atomic
def ask_check(key: str, actor: Actor) -> None:
    """Have every table counted and summed at both ends, by the worker. Whoever writes must have stopped by then."""
    need_hub(actor)
    migration = Migration.objects.filter(key=key).first()
    if migration is None:
        raise Absent("migration_absent", "没有这个迁移。")
    if migration.tables.filter(job=None).exists():
        raise Refused("not_planned", "还没有定方案，没有可以核对的任务。")
    now = instant.now()
    asked = {"check_asked_at": now, "check_asked_by": actor.ref, "check_due_at": now, "check_owner": ""}
    if not Migration.objects.filter(pk=migration.pk, check_due_at=None).update(**asked):
        raise Refused("checking", "正在核对，请等它结束。")
    migration.tables.update(checked_at=None, reason="")
    ledger.record("exchange.migration.check", actor.ref, {"migration": key})


def carry_out_check(key: str) -> bool:
    """Count what is still to count, in this process; whether it was ours to do. Killed, another goes on."""
    now, owner = instant.now(), str(new_id())
    due = Migration.objects.filter(key=key, check_due_at__lte=now)
    if not due.update(check_owner=owner, check_due_at=now + LEASE):
        return False
    mine = Migration.objects.filter(key=key, check_owner=owner)
    with kept(mine, "check_due_at"):
        for table in MigrationTable.objects.filter(migration__in=mine, checked_at=None, reason="").select_related(
            "job"
        ):
            _check(table)
    with transaction.atomic():
        migration = mine.first()
        if migration is not None and mine.update(check_due_at=None, check_owner=""):
            agree = sum(table.agrees for table in migration.tables.all())
            note = f"核对了 {migration.tables.count()} 张表，{agree} 张一致"
            _noted_step(migration, migration.state, migration.check_asked_by, note)
    return True


def _check(table: MigrationTable) -> None:
    assert table.job is not None
    plan = Plan(str(new_id()), salt=secrets.token_bytes(BLOCK))
    try:
        given, held = running.recount(ends.source_of(table.job), ends.target_of(table.job), plan)
    except Stopped as stopped:
        MigrationTable.objects.filter(pk=table.pk).update(reason=stopped.detail)
        return
    counted = {
        "source_rows": given.rows,
        "source_digest": given.hex,
        "target_rows": held.rows,
        "target_digest": held.hex,
        "checked_at": instant.now(),
    }
    MigrationTable.objects.filter(pk=table.pk).update(**counted)
