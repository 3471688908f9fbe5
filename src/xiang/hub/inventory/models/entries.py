"""Catalogue entries and their data items."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.hub.inventory.models.systems import System

LOWEST_GRADE, HIGHEST_GRADE = 1, 6


class CatalogueEntry(models.Model):
    """What a body says it holds (政务数据目录), as published: 政务数据共享条例 art. 14 and the guide of 2017.

    What is being changed waits in a :class:`~.revisions.Revision`. ``grade`` 1 to 4 is general data (一般数据),
    5 important (重要), 6 core (核心): GB/T 43697. ``items`` are the titles of its data items; ``fresh_until`` is when
    what was last reported of its data is older than its cycle allows.
    """

    class Share(models.TextChoices):
        UNCONDITIONAL = "unconditional", "无条件共享"
        CONDITIONAL = "conditional", "有条件共享"
        NOT_SHARED = "not_shared", "不予共享"

    class Mode(models.TextChoices):
        TABLE = "table", "库表"
        FILE = "file", "文件"
        API = "api", "接口"

    class Open(models.TextChoices):
        OPEN = "open", "无条件开放"
        CONDITIONAL = "conditional", "有条件开放"
        CLOSED = "closed", "不予开放"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=80, blank=True, default="")
    body_key = models.CharField(max_length=64, db_index=True)
    provider_code = models.CharField("提供方统一社会信用代码", max_length=18, blank=True, default="")
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True, default="")
    category = models.CharField(max_length=80, blank=True)
    items: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    format = models.CharField(max_length=40)
    cycle = models.CharField(max_length=20)
    share = models.CharField(max_length=16, choices=Share.choices)
    conditions = models.TextField(blank=True)
    not_shared_citation = models.TextField(blank=True)
    open = models.CharField(max_length=12, choices=Open.choices, default=Open.CLOSED)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    classification: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    grading: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    grade = models.PositiveSmallIntegerField()
    related: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    secret = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)
    from_profile = models.BooleanField("来自配置文件", default=False)
    version = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    fresh_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据目录"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(share="not_shared") | ~Q(not_shared_citation=""), name="inventory_not_shared_cites_law"
            ),
            models.CheckConstraint(
                condition=~Q(share="conditional") | ~Q(conditions=""), name="inventory_conditions_are_said"
            ),
            # State secrets and work secrets stand outside the regulation: they never enter, not even restricted.
            models.CheckConstraint(condition=Q(secret=False), name="inventory_secrets_stay_out"),
            models.CheckConstraint(
                condition=Q(grade__gte=LOWEST_GRADE) & Q(grade__lte=HIGHEST_GRADE), name="inventory_grade"
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="inventory_code_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """One data item of an entry (信息项), and the column that it is in.

    ``type`` is a letter of the 2017 guide (C text, N number, D date …), ``length`` in characters or digits.
    ``element`` names the thing meant wherever it is kept (数据元: ``person.birth_date``); of all entries that have it,
    one is its authoritative source (数源, 政务数据共享条例 art. 19).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(CatalogueEntry, on_delete=models.CASCADE, related_name="item_rows")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    type = models.CharField(max_length=1)
    length = models.PositiveIntegerField(null=True)
    element = models.CharField(max_length=120, blank=True)
    authoritative = models.BooleanField(default=False)
    sensitive = models.BooleanField(default=False)
    grade = models.PositiveSmallIntegerField(default=LOWEST_GRADE)
    system = models.ForeignKey(System, on_delete=models.SET_NULL, null=True, related_name="items")
    table = models.CharField(max_length=120, blank=True)
    column = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "信息项"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="inventory_item_once"),
            models.UniqueConstraint(
                fields=["element"], condition=Q(authoritative=True), name="inventory_one_authoritative_source"
            ),
            models.CheckConstraint(
                condition=Q(authoritative=False) | ~Q(element=""), name="inventory_authority_over_something"
            ),
            models.CheckConstraint(
                condition=Q(grade__gte=LOWEST_GRADE) & Q(grade__lte=HIGHEST_GRADE), name="inventory_item_grade"
            ),
        ]

    def __str__(self) -> str:
        return self.title
