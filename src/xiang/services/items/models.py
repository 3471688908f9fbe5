"""The index of items: what lists and searches ask. Everything else of an item is the content of its edition."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.publishing import queries as publishing


class Regime(models.TextChoices):
    """The legal regime that an item runs under. What silence means, and what stops a clock, follows from it."""

    LICENCE = "licence", "行政许可"
    CONFIRMATION = "confirmation", "行政确认"
    BENEFIT = "benefit", "行政给付"
    PUBLIC_SERVICE = "public_service", "公共服务"
    FILING = "filing", "备案"


class Audience(models.TextChoices):
    PERSON = "person", "个人"
    BUSINESS = "business", "企业"


class Host(models.TextChoices):
    """At which level the body sits that handles an item."""

    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市级"
    COUNTY = "county", "县级"


class Item(models.Model):
    """A service item (政务服务事项) as its published edition says. ``edition_id`` is what a new case pins.

    ``department`` is the line of work that handles it (``police``), ``host`` the level whose body does (县级 or 市级).
    ``theme_words``, ``object_words`` and ``department_words`` hold keys between bars, ``|birth|medical|``: both engines
    can match one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField("事项", max_length=96, unique=True)
    edition_id = models.UUIDField("版本")
    name = models.CharField("名称", max_length=200)
    short = models.CharField("简称", max_length=60)
    summary = models.CharField("一句话", max_length=200)
    icon = models.CharField("图标", max_length=40)
    department = models.CharField("条线", max_length=60)
    unit_kind = models.CharField("处所", max_length=24)
    host = models.CharField("层级", max_length=12, choices=Host)
    regime = models.CharField("法律性质", max_length=16, choices=Regime)
    type_code = models.CharField("事项类型", max_length=2)
    level = models.CharField("行使层级", max_length=1)
    procedure = models.CharField("办理程序", max_length=48)
    form_key = models.CharField("表单", max_length=96)
    audience = models.CharField("对象", max_length=8, choices=Audience)
    object_words = models.CharField(max_length=40)
    theme_words = models.CharField(max_length=200)
    department_words = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "政务服务事项"
        ordering = ["sort_key", "key"]
        indexes = [models.Index(fields=["active", "audience", "sort_key"], name="item_list")]
        constraints = [
            models.CheckConstraint(condition=Q(regime__in=Regime.values), name="item_regime_known"),
            # The licence regime is for licences alone: its fictions reach nobody else (行政许可法).
            models.CheckConstraint(
                condition=Q(regime="licence", type_code="01") | (~Q(regime="licence") & ~Q(type_code="01")),
                name="item_licence_is_type_01",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def content(self) -> dict[str, Any]:
        """The whole item as its edition holds it."""
        content: dict[str, Any] = publishing.edition(self.edition_id).content
        return content

    @property
    def themes(self) -> list[str]:
        return [word for word in self.theme_words.split("|") if word]

    @property
    def rules(self) -> dict[str, str]:
        """Which rule of ``statutes`` fills which slot of the procedure: ``promised``, ``legal``, ``accept`` …"""
        return dict(self.content["limits"])
