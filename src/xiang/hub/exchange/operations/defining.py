"""Defining jobs and when they run."""

from __future__ import annotations

import contextlib
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
from xiang.hub.exchange import ends
from xiang.hub.exchange.engine.addresses import carries_secret
from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.models import Job, Schedule
from xiang.hub.inventory.operations import need_hub

_ADDRESS = re.compile(
    r"((resource|system):[a-z][\w-]*|sqlite:[\w-]+(\.[\w-]+)*|env:XIANG_SOURCE_[A-Z0-9_]+|file:[\w.-]+|zone:(resource|governance|sandbox)/[a-z][\w-]*)"
)
_TABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_PATH = re.compile(r"(?!.*\.\.)[\w./-]*")
_NAMED = ("source", "target")


@transaction.atomic
def put_job(key: str, values: Mapping[str, Any], actor: Actor) -> Job:
    """Define a job or change it. ``values``: title, source_body, source_address, source_table, the same of the target,
    mode, key_columns, watermark, overlap, tombstone, mapping (rules as plain values), rate (rows a second; 0: no limit).
    Whose a registered end is, its registration says. Raises ``Invalid`` with every mistake."""
    need_hub(actor)
    values = {**values, **_bodies(values)}
    if errors := _mistakes(key, values):
        raise Invalid(errors)
    known = Job.objects.filter(key=key).first()
    places = ("source_address", "source_table", "mode", "watermark", "target_address", "target_table", "mapping")
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
        errors += address_mistakes(side, str(values.get(f"{side}_address", "")), str(values.get(f"{side}_table", "")))
        if not values.get(f"{side}_body") and not _registered(values, side):
            errors.append(FieldError(f"/{side}_body", "body_missing", "请选择这一端由哪个机关负责。"))
    if values.get("mode") not in Job.Mode.values:
        errors.append(FieldError("/mode", "mode_unknown", "请选择全量、增量或者按主键合并。"))
    if values.get("mode") == Job.Mode.INCREMENTAL and not values.get("watermark"):
        errors.append(FieldError("/watermark", "watermark_missing", "增量要有水位线列，例如更新时间。"))
    if values.get("tombstone") and values.get("mode") != Job.Mode.INCREMENTAL:
        errors.append(FieldError("/tombstone", "tombstone_mode", "删除标记只用于增量，别的方式自己会看出删掉的行。"))
    if _place(values, "source") == _place(values, "target"):
        errors.append(FieldError("/target_table", "same_place", "来源和目标是同一张表，请改其中一个。"))
    if not str(values.get("title", "")).strip():
        errors.append(FieldError("/title", "title_missing", "请写明这个任务交换什么。"))
    return errors


def _registered(values: Mapping[str, Any], side: str) -> bool:
    return str(values.get(f"{side}_address", "")).startswith(("resource:", "system:"))


def _bodies(values: Mapping[str, Any]) -> dict[str, str]:
    """The bodies that answer for registered ends; what is not registered is told by :func:`address_mistakes`."""
    found = {}
    for side in _NAMED:
        with contextlib.suppress(Stopped):
            if _registered(values, side):
                found[f"{side}_body"] = ends.system_of(values[f"{side}_address"]).body_key
    return found


def _place(values: Mapping[str, Any], side: str) -> object:
    try:
        return ends.place_of(str(values.get(f"{side}_address", "")), str(values.get(f"{side}_table", "")))
    except Stopped:
        return side


def address_mistakes(side: str, address: str, table: str) -> list[FieldError]:
    """What is wrong with where an end is to be."""
    pointer = f"/{side}_address"
    if carries_secret(address):
        words = "连接地址里可能有口令，请放进 XIANG_SOURCE_ 开头的环境变量，这里写 env:变量名。"
        return [FieldError(pointer, "secret_in_address", words)]
    if not _ADDRESS.fullmatch(address) or ".." in Path(address).parts:
        words = "地址写成 system:系统标识、resource:资源标识、sqlite:库名、env:变量名、file:文件名，或者 zone:域/表名。"
        return [FieldError(pointer, "address_form", words)]
    try:
        connection, _ = ends.place_of(address, table)
    except Stopped as unknown:
        return [FieldError(pointer, unknown.code, unknown.detail)]
    # What an environment variable holds may be an interface, whose path is written here.
    path = connection.startswith("env:") and _PATH.fullmatch(table)
    if address.startswith("resource:") or connection.startswith(("file:", "zone:")) or path or _TABLE.fullmatch(table):
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
