"""Parties, what they are called and the numbers and addresses they were given."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.validity import Dated, ordered
from xiang.foundation.trust.fields import SealedTextField


class PartyKind(models.TextChoices):
    PERSON = "person", "自然人"
    LEGAL = "legal", "法人和其他组织"
    BODY = "body", "机关"


class Party(models.Model):
    """Somebody (主体) a case can be about: a person, a legal person or a public body. Never deleted, never reused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=PartyKind)
    name = models.CharField("名称", max_length=120)
    name_key = models.CharField(max_length=200, editable=False)
    demo_key = models.CharField(max_length=40, blank=True, editable=False)
    enrolled_at = models.DateTimeField(default=instant.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "主体"
        indexes = [models.Index(name="parties_party_by_name", fields=["kind", "name_key", "id"])]
        constraints = [
            models.CheckConstraint(name="parties_party_kind", condition=Q(kind__in=["person", "legal", "body"])),
            models.CheckConstraint(name="parties_party_named", condition=~Q(name="")),
            models.UniqueConstraint(name="parties_party_demo_key", fields=["demo_key"], condition=~Q(demo_key="")),
        ]

    @property
    def ref(self) -> str:
        return f"party:{self.id}"


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSTATED = "9", "未说明"


class Person(models.Model):
    """A natural person (自然人). A newborn may have a name and no number yet; somebody may have neither division."""

    party = models.OneToOneField(Party, models.CASCADE, primary_key=True, related_name="person")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField(null=True, blank=True)
    death_date = models.DateField(null=True, blank=True)
    ethnicity = models.CharField("民族 (GB/T 3304)", max_length=2, blank=True)
    nationality = models.CharField("国籍 (GB/T 2659)", max_length=3, default="CHN")
    division_code = models.CharField("户籍所在区划", max_length=12, blank=True)
    residence_code = models.CharField("居住地区划", max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "自然人"
        constraints = [
            models.CheckConstraint(name="parties_person_sex", condition=Q(sex__in=["0", "1", "2", "9"])),
            models.CheckConstraint(
                name="parties_person_life",
                condition=Q(death_date__isnull=True)
                | Q(birth_date__isnull=True)
                | Q(death_date__gte=models.F("birth_date")),
            ),
        ]


class LegalPersonState(models.TextChoices):
    """登记状态."""

    ACTIVE = "active", "存续"
    LICENCE_REVOKED = "licence_revoked", "吊销未注销"
    DEREGISTERED = "deregistered", "注销"
    ANNULLED = "annulled", "撤销"
    MOVED_OUT = "moved_out", "迁出"


class LegalPerson(models.Model):
    """A legal person or other organisation (法人和其他组织): a company, a sole trader, an institution."""

    party = models.OneToOneField(Party, models.CASCADE, primary_key=True, related_name="legal")
    form = models.CharField("类型", max_length=40, blank=True)
    state = models.CharField("登记状态", max_length=16, choices=LegalPersonState, default=LegalPersonState.ACTIVE)
    representative = models.ForeignKey(
        Party, models.PROTECT, related_name="represents", null=True, blank=True, verbose_name="法定代表人"
    )
    established = models.DateField("成立日期", null=True, blank=True)
    division_code = models.CharField("住所所在区划", max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法人和其他组织"


class Scheme(models.TextChoices):
    """What kind of number it is. Numbers of different schemes never match each other."""

    RESIDENT_ID = "resident_id", "公民身份号码"
    PASSPORT = "passport", "护照"
    BIRTH_CERTIFICATE = "birth_certificate", "出生医学证明"
    USCC = "uscc", "统一社会信用代码"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证"
    FOREIGN_RESIDENCE = "foreign_residence", "外国人永久居留身份证"
    MILITARY = "military", "军人证件"


class Identifier(Dated):
    """A number that somebody was given (标识), sealed; found by its blind index, shown by its mask."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20, choices=Scheme)
    # Empty where a million synthetic people were enrolled set-wise: their source records hold the value.
    value = SealedTextField(context="parties.identifier", null=True, blank=True)
    index = models.CharField(max_length=100, db_index=True)
    masked = models.CharField(max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "标识"
        constraints = [
            ordered("identifier"),
            # One number belongs to one party at a time.
            models.UniqueConstraint(
                name="parties_identifier_once", fields=["scheme", "index"], condition=Q(valid_to__isnull=True)
            ),
        ]


class ContactKind(models.TextChoices):
    PHONE = "phone", "手机"
    EMAIL = "email", "电子邮箱"


class Contact(models.Model):
    """Where a party can be told something (联系方式), sealed; an old one is removed, not overwritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=ContactKind)
    value = SealedTextField(context="parties.contact", null=True, blank=True)
    index = models.CharField(max_length=100, db_index=True)
    masked = models.CharField(max_length=80)
    verified_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=instant.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"
        constraints = [
            models.UniqueConstraint(
                name="parties_contact_once", fields=["party", "kind", "index"], condition=Q(removed_at__isnull=True)
            ),
        ]


class FormerName(models.Model):
    """What a party was called before (曾用名), and until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=120)
    until = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
