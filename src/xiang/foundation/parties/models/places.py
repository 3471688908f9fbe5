"""Administrative divisions, public bodies and their offices."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.validity import Dated, ordered
from xiang.foundation.parties.models.who import Party


class DivisionLevel(models.TextChoices):
    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"
    VILLAGE = "village", "村级"


#: From when a division or body counts whose beginning nobody wrote down.
BEGINNING = date(1949, 10, 1)


class Division(Dated):
    """An administrative division (行政区划, GB/T 2260 and 10114) during a period; ``successor`` took its place.

    ``path`` is ``43/4301/430104``: a row right over a prefecture is a prefix of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=30, blank=True)
    level = models.CharField(max_length=10, choices=DivisionLevel)
    confirmed = models.BooleanField(default=True)
    parent = models.ForeignKey("self", models.PROTECT, related_name="children", null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, related_name="predecessors", null=True, blank=True)
    path = models.CharField(max_length=60, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        constraints = [
            ordered("division"),
            models.UniqueConstraint(name="parties_division_period", fields=["code", "valid_from"]),
            models.UniqueConstraint(
                name="parties_division_current", fields=["code"], condition=Q(valid_to__isnull=True)
            ),
            # Only a division that has ended has a successor.
            models.CheckConstraint(
                name="parties_division_succeeded",
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False),
            ),
        ]
        indexes = [models.Index(name="parties_division_by_path", fields=["path"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BodySystem(models.TextChoices):
    """Which system (系统) a body belongs to: 省委* bodies are Party organs, not departments of the government."""

    GOVERNMENT = "government", "政府"
    PARTY = "party", "党委"
    CONGRESS = "congress", "人大"
    CONSULTATIVE = "consultative", "政协"
    SUPERVISION = "supervision", "监委"
    COURT = "court", "法院"
    PROCURATORATE = "procuratorate", "检察院"
    MASS = "mass", "群团"
    INSTITUTION = "institution", "事业单位"
    ENTERPRISE = "enterprise", "企业"


class BodyLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"


class Body(Dated):
    """A public body (机关、单位), or an enterprise that works with them, under a stable key such as ``430104.police``.

    ``department`` (the key after the division's code: ``police``) is what the bodies of one line of work share.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.OneToOneField(Party, models.PROTECT, related_name="body")
    key = models.CharField(max_length=80, unique=True)
    department = models.CharField(max_length=60, editable=False)
    name = models.CharField(max_length=120)
    short = models.CharField(max_length=60, blank=True)
    system = models.CharField(max_length=14, choices=BodySystem, default=BodySystem.GOVERNMENT)
    level = models.CharField(max_length=10, choices=BodyLevel, default=BodyLevel.PROVINCE)
    nature = models.CharField("机构性质 (GB/T 39046 A.3)", max_length=1, default="1")
    kind = models.CharField(max_length=20, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    government = models.BooleanField("地方人民政府", default=False)
    division = models.ForeignKey(Division, models.PROTECT, related_name="bodies", null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, related_name="children", null=True, blank=True)
    guide = models.ForeignKey("self", models.PROTECT, related_name="guided", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "机关"
        constraints = [ordered("body")]
        indexes = [models.Index(name="parties_body_routing", fields=["department", "division"])]

    def __str__(self) -> str:
        return self.name


class Unit(Dated):
    """An office of a body that handles cases for one division (办理单位): ``430104.police.wangyuehu``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="units")
    division = models.ForeignKey(Division, models.PROTECT, related_name="units")
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, blank=True)
    town = models.CharField("管辖的乡镇街道", max_length=60, blank=True)
    demo = models.BooleanField(default=False)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    # Where several offices of a body serve one division, the lowest takes what is not addressed to another.
    rank = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = verbose_name_plural = "办理单位"
        constraints = [ordered("unit")]
        indexes = [models.Index(name="parties_unit_routing", fields=["division", "kind", "rank", "key"])]

    def __str__(self) -> str:
        return self.name
