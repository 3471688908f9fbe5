"""Defining jobs and when they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.ledger import operations as ledger
from xiang.foundation.parties.actors import Actor
from xiang.hub.exchange.engine.addresses import carries_secret
from xiang.hub.exchange.models import Job, Schedule
from xiang.hub.inventory.operations import need_hub

_ADDRESS = re.compile(
    r"(sqlite:[\w-]+|env:XIANG_SOURCE_[A-Z0-9_]+|file:[\w.-]+|zone:(resource|governance|sandbox)/[a-z][\w-]*)"
)
_TABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_NAMED = ("source", "target")


@transaction.atomic
def put_job(key: str, values: Mapping[str, Any], actor: Actor) -> Job:
    """Define a job or change it. ``values``: title, source_body, source_address, source_table, the same of the target,
    mode, key_columns, watermark, rate (rows a second; 0: no limit). Raises ``Invalid`` with every mistake."""
    need_hub(actor)
    if errors := _mistakes(key, values):
        raise Invalid(errors)
    known = Job.objects.filter(key=key).first()
    places = ("source_address", "source_table", "mode", "watermark", "target_address", "target_table")
    if known and any(getattr(known, one) != values.get(one, getattr(known, one)) for one in places):
        # Another place or another way: what was known of the old one says nothing of it.
        Job.objects.filter(pk=known.pk).update(known=None, since=None)
    made = {"created_at": instant.now(), **values}
    job, _ = Job.objects.update_or_create(key=key, defaults=dict(values), create_defaults=made)
    ledger.record("exchange.job.put", actor.ref, {"job": key, "mode": job.mode})
    return job


def _mistakes(key: str, values: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", key):
        errors.append(FieldError("/key", "key_form", "任务代码用小写字母开头，只含小写字母、数字、下划线和连字符。"))
    for side in _NAMED:
        errors += _address_mistakes(side, str(values.get(f"{side}_address", "")), str(values.get(f"{side}_table", "")))
        if not values.get(f"{side}_body"):
            errors.append(FieldError(f"/{side}_body", "body_missing", "请选择这一端由哪个机关负责。"))
    if values.get("mode") not in Job.Mode.values:
        errors.append(FieldError("/mode", "mode_unknown", "请选择全量、增量或者按主键合并。"))
    if values.get("mode") == Job.Mode.INCREMENTAL and not values.get("watermark"):
        errors.append(FieldError("/watermark", "watermark_missing", "增量要有水位线列，例如更新时间。"))
    if values.get("source_address") == values.get("target_address") and values.get("source_table") == values.get(
        "target_table"
    ):
        errors.append(FieldError("/target_table", "same_place", "来源和目标是同一张表，请改其中一个。"))
    if not str(values.get("title", "")).strip():
        errors.append(FieldError("/title", "title_missing", "请写明这个任务交换什么。"))
    return errors


def _address_mistakes(side: str, address: str, table: str) -> list[FieldError]:
    pointer = f"/{side}_address"
    if carries_secret(address):
        words = "连接地址里可能有口令，请放进 XIANG_SOURCE_ 开头的环境变量，这里写 env:变量名。"
        return [FieldError(pointer, "secret_in_address", words)]
    if not _ADDRESS.fullmatch(address) or ".." in Path(address).parts:
        words = "地址写成 sqlite:库名、env:变量名、file:文件名，或者 zone:域/表名。"
        return [FieldError(pointer, "address_form", words)]
    if address.startswith(("file:", "zone:")) or _TABLE.fullmatch(table):
        return []
    return [FieldError(f"/{side}_table", "table_form", "请写表名：字母、数字和下划线，需要时前面加模式名和一个点。")]


@transaction.atomic
def schedule(key: str, every_minutes: int, actor: Actor) -> Schedule:
    """Run it every so many minutes, for the first time now."""
    need_hub(actor)
    if every_minutes < 1:
        raise Invalid([FieldError("/every_minutes", "every_form", "间隔至少一分钟。")])
    values = {"every_minutes": every_minutes, "next_at": instant.now()}
    made, _ = Schedule.objects.update_or_create(job=_job(key), defaults=values)
    ledger.record("exchange.job.scheduled", actor.ref, {"job": key, "minutes": str(every_minutes)})
    return made


@transaction.atomic
def unschedule(key: str, actor: Actor) -> None:
    """Run it only when somebody asks."""
    need_hub(actor)
    if Schedule.objects.filter(job=_job(key)).delete()[0]:
        ledger.record("exchange.job.unscheduled", actor.ref, {"job": key})


def pause(key: str, actor: Actor) -> None:
    """Let no new run begin; one that runs goes on to its end."""
    _turn(key, Job.State.PAUSED, actor)


def resume(key: str, actor: Actor) -> None:
    """Let it run again."""
    _turn(key, Job.State.ACTIVE, actor)


def retire(key: str, actor: Actor) -> None:
    """Take it out of use; its runs and receipts stay."""
    _turn(key, Job.State.RETIRED, actor)


@transaction.atomic
def _turn(key: str, state: str, actor: Actor) -> None:
    need_hub(actor)
    if Job.objects.filter(pk=_job(key).pk).exclude(state=state).update(state=state):
        ledger.record(f"exchange.job.{state}", actor.ref, {"job": key})


def next_after(due: Any, every_minutes: int, now: Any) -> Any:
    """The next time of a schedule: on its own beat, and not once for each beat that was missed."""
    missed = (now - due) // timedelta(minutes=every_minutes)
    return due + timedelta(minutes=every_minutes) * (missed + 1)


def _job(key: str) -> Job:
    found = Job.objects.filter(key=key).exclude(state=Job.State.RETIRED).first()
    if found is None:
        raise Absent("job_absent", "没有这个交换任务，或者已经停用。")
    return found
