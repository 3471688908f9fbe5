"""Registries, their sources, golden records, the records behind them, and what stewards have to settle.

Personal values lie sealed; keys are blind indexes; histories and pairs hold ids, levels and weights alone.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.blind import MAX_LENGTH
from xiang.foundation.trust.fields import SealedJSONField, SealedTextField


class Registry(models.Model):
    """A base registry (基础库). ``owner_key`` leads it by law, ``operator_key`` runs the hub.

    ``rules`` are survivorship rules by field; a field without one takes the best ranked source. ``counted`` is what the
    worker counted last: ``{golden, redirected, addresses, sources: {key: records}}``.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "自然人"
        LEGAL = "legal", "法人"
        GEOGRAPHY = "geography", "地理空间"
        CREDIT = "credit", "信用信息"
        CREDENTIAL = "credential", "电子证照"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=80)
    owner_key = models.CharField(max_length=64)
    operator_key = models.CharField(max_length=64, blank=True)
    rules: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    counted: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "基础库"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class Source(models.Model):
    """A table of a department that feeds a registry (数源). Rank 1 is believed first."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registry = models.ForeignKey(Registry, models.PROTECT, related_name="sources")
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    body_key = models.CharField(max_length=64, db_index=True)
    resource_key = models.CharField(max_length=64, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "数源"
        ordering = ["registry", "rank", "key"]

    def __str__(self) -> str:
        return self.title


class Golden(models.Model):
    """A golden record (主记录): what is known of one being. Its id never means another one.

    A merged one stays and points to the older one; ``values`` is ``{field: [value, source, record, rule, against]}``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registry = models.ForeignKey(Registry, models.PROTECT, related_name="golden")
    values = SealedJSONField(context="bases.golden", null=True)
    redirect = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    made_at = models.DateTimeField(default=instant.now)
    changed_at = models.DateTimeField(default=instant.now)

    class Meta:
        verbose_name = verbose_name_plural = "主记录"
        indexes = [models.Index(fields=["registry", "-id"], name="bases_golden_registry")]
        constraints = [
            # UUIDv7 grows with time: the older one stays.
            models.CheckConstraint(
                condition=Q(redirect__isnull=True) | Q(redirect__lt=F("id")), name="bases_golden_older_stays"
            ),
        ]


class Record(models.Model):
    """What one source says of one being (数源记录). ``reference`` is the blind index of the source's own key, ``digest``
    that of all it says: the same record again is known without opening it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="records")
    reference = models.CharField(max_length=MAX_LENGTH)
    golden = models.ForeignKey(Golden, models.PROTECT, related_name="records")
    values = SealedJSONField(context="bases.record")
    day = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=MAX_LENGTH, blank=True)
    changed_at = models.DateTimeField(default=instant.now)

    class Meta:
        verbose_name = verbose_name_plural = "数源记录"
        constraints = [models.UniqueConstraint(fields=["source", "reference"], name="bases_record_once")]


class Key(models.Model):
    """A blocking key of a record, blind (分块键): whoever shares one is compared."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="keys")
    value = models.CharField(max_length=64)
    decisive = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "分块键"
        # With the record: the first holders of a key that thousands share are read from the index alone.
        indexes = [models.Index(fields=["value", "record"], name="bases_key_value")]


class Lane(models.Model):
    """What resolutions that might concern the same being wait for, each other, on PostgreSQL (SQLite writes one by one)."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        verbose_name = verbose_name_plural = "排队通道"


class Pair(models.Model):
    """Two records that may be of the same being (疑似匹配对), for a steward. ``parts`` explain it without values.

    The golden records are those of the two records at any time, so that merging and splitting need not touch pairs.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核"
        LATER = "later", "稍后再核"
        MERGED = "merged", "已合并"
        APART = "apart", "不是同一个"

    class Cause(models.TextChoices):
        ALIKE = "alike", "部分相同"
        CROWDED = "crowded", "同样的记录太多，没有比完"
        REGROUPED = "regrouped", "批量归并的分组和现在的不同"

    WAITING = (State.OPEN, State.LATER)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registry = models.ForeignKey(Registry, models.PROTECT, related_name="pairs")
    left = models.ForeignKey(Record, models.CASCADE, related_name="+")
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    weight = models.FloatField(default=0)
    probability = models.FloatField(default=0)
    parts: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    model = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=10, choices=Cause.choices, default=Cause.ALIKE)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    raised_at = models.DateTimeField(default=instant.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑似匹配对"
        indexes = [models.Index(fields=["registry", "state", "-weight"], name="bases_pair_queue")]
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="bases_pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="bases_pair_ordered"),
            models.CheckConstraint(
                condition=~Q(state__in=["merged", "apart"]) | Q(decided_at__isnull=False), name="bases_pair_decided"
            ),
        ]


class Merge(models.Model):
    """That two golden records turned out to be one (合并), and what has to be given back when they were not. ``by_rule``:
    no steward decided it, the records agree enough.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kept = models.ForeignKey(Golden, models.PROTECT, related_name="merges")
    dropped = models.ForeignKey(Golden, models.PROTECT, related_name="dropped_by")
    records: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    by_rule = models.BooleanField(default=False)
    at = models.DateTimeField(default=instant.now)
    by = models.CharField(max_length=64)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "合并"
        constraints = [
            models.UniqueConstraint(fields=["dropped"], condition=Q(undone_at__isnull=True), name="bases_merged_once"),
            models.CheckConstraint(condition=Q(kept__lt=F("dropped")), name="bases_merge_keeps_older"),
        ]


class Event(models.Model):
    """What happened to a golden record (变更历史): ids and names of fields, never values."""

    class Kind(models.TextChoices):
        MADE = "made", "新建"
        ATTACHED = "attached", "归入一条记录"
        CHANGED = "changed", "来源更新"
        MERGED = "merged", "合并进来"
        DROPPED = "dropped", "并入更早的主记录"
        UNMERGED = "unmerged", "撤销合并"
        SPLIT = "split", "拆分"
        MOVED = "moved", "记录改归"
        CORRECTED = "corrected", "人工核实"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    golden = models.ForeignKey(Golden, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=instant.now)
    by = models.CharField(max_length=64)
    refs: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "变更历史"
        indexes = [models.Index(fields=["golden", "-id"], name="bases_event_golden")]


class Correction(models.Model):
    """A value that a steward settled by evidence (人工核实): it stands above every rule until it is withdrawn."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    golden = models.ForeignKey(Golden, models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=40)
    value = SealedTextField(context="bases.correction")
    basis = models.CharField(max_length=300)
    at = models.DateTimeField(default=instant.now)
    by = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "人工核实"
        constraints = [
            models.UniqueConstraint(
                fields=["golden", "field"], condition=Q(withdrawn_at__isnull=True), name="bases_correction_once"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="bases_correction_has_basis"),
        ]


class Theme(models.Model):
    """A theme registry (主题库): a view on base registries with an owner and a scenario, never a copy."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    owner_key = models.CharField(max_length=64)
    scenario = models.CharField(max_length=300)
    registry = models.ForeignKey(Registry, models.PROTECT, related_name="themes")
    sources = models.ManyToManyField(Source, related_name="themes", blank=True)
    fields: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "主题库"
        ordering = ["key"]
        constraints = [models.CheckConstraint(condition=~Q(scenario=""), name="bases_theme_has_scenario")]


class Address(models.Model):
    """A node of the standard address tree (标准地址): 省、市、县、乡、村、路、门牌、楼、单元、户, with its CGCS2000 point.

    ``lon`` and ``lat`` are degrees of EPSG:4490; a node without a survey of its own has none.
    """

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省"
        CITY = 2, "市"
        COUNTY = 3, "县"
        TOWNSHIP = 4, "乡镇街道"
        VILLAGE = 5, "村居"
        ROAD = 6, "路街巷"
        NUMBER = 7, "门牌"
        BUILDING = 8, "楼栋"
        UNIT = 9, "单元"
        DOOR = 10, "户室"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    name = models.CharField(max_length=80)
    spelt = models.CharField(max_length=80)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "标准地址"
        indexes = [models.Index(fields=["parent", "spelt"], name="bases_address_below")]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "spelt"], condition=Q(valid_to__isnull=True), name="bases_address_once"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__gte=73, lon__lte=136, lat__gte=3, lat__lte=54),
                name="bases_address_in_china",
            ),
        ]
