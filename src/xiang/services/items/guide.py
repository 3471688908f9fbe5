"""A matter guide (办事指南) as plain facts: what the page, the print and the API show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.forms.schema import Field, FormDefinition, Material, from_content
from xiang.foundation.ground import instant
from xiang.foundation.parties import queries as parties
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.rules import RuleRow
from xiang.services.items import queries
from xiang.services.items.models import Item
from xiang.services.items.queries import EventLink, Implementation

HANDLING = {"1": "窗口", "2": "网上", "3": "手机", "4": "邮寄", "9": "其他方式"}
DELIVERY = {"electronic": "电子证照", "post": "邮寄到家", "window": "窗口自取"}
SCOPE = {"nation": "全国可办", "province": "全省可办", "prefecture": "全市可办", "county": "本县（市、区）办"}
CASE_TYPE = {"1": "即办件", "2": "承诺件", "9": "其他"}
_WAIVED_BY = {"credential": "电子证照代替", "hub": "部门数据核对"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A material as the guide names it. ``instead`` says what stands for it, empty when it must be handed in."""

    title: str
    instead: str = ""
    note: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Preparation:
    """What an applicant must bring in the usual case, what government has, and what only some cases need."""

    fields: int
    typed: int
    needed: tuple[Paper, ...]
    waived: tuple[Paper, ...]
    sometimes: tuple[Paper, ...]

    @property
    def nothing(self) -> bool:
        return not self.needed and not self.sometimes


@dataclass(frozen=True, slots=True)
class Length:
    """A limit as pages write it: the figure and its unit, ``当天`` when there is nothing to wait for."""

    figure: str = ""
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.figure} {self.unit}".strip()


def length(row: RuleRow | None) -> Length:
    if row is None:
        return Length()
    return Length(str(row.value), row.words.removeprefix(str(row.value))) if row.value else Length("当天")


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything the page needs, in words."""

    item: Item
    said: Mapping[str, Any]
    where: Implementation
    office: str
    prepare: Preparation
    fee: RuleRow | None
    fee_words: str
    events: Sequence[EventLink]
    offers: Sequence[Item]
    handling: Sequence[str]
    delivery: Sequence[str]
    scope: str
    case_type: str
    remedies: Sequence[str]
    unconfirmed: bool

    @property
    def promise(self) -> Length:
        return length(self.where.promised)

    @property
    def legal(self) -> Length:
        return length(self.where.legal)


def guide_of(key: str, division: str = "") -> Guide:
    """The guide of an item, in a division when one is chosen."""
    where = queries.item_for(key, division)
    item, said = where.item, where.item.content
    fee = queries.fee_of(item)
    return Guide(
        item=item,
        said=said,
        where=where,
        office=_office(where),
        prepare=preparation(form_of(item)),
        fee=fee,
        fee_words=_fee_words(said["fees"], fee),
        events=[event for event in queries.life_events() if key in event.items],
        offers=queries.named(said.get("offers", ())),
        handling=[HANDLING[code] for code in said["handling"]],
        delivery=[DELIVERY[code] for code in said["delivery"]],
        scope=SCOPE[said["scope"]],
        case_type=CASE_TYPE[said["case_type"]],
        remedies=_remedies(said["remedy"], where),
        unconfirmed=any(not law["confirmed"] for law in said["basis"]) or not said["codes"]["confirmed"],
    )


def _office(where: Implementation) -> str:
    """The one office that handles it there. Of several the person's own is found when applying; none is named now."""
    if where.body is None or where.unit is None:
        return ""
    alike = parties.units_of(where.body.key, kind=where.item.unit_kind)[:2]
    return where.unit.name if len(alike) == 1 else ""


def form_of(item: Item) -> FormDefinition | None:
    """The form that the item asks for, as published."""
    edition = publishing.find("forms", item.form_key)
    return from_content(edition.content) if edition else None


def preparation(form: FormDefinition | None) -> Preparation:
    """What the usual applicant does: fields and papers without a condition; the others are named as such."""
    if form is None:
        return Preparation(0, 0, (), (), ())
    usual = [field for field in form.fields if not field.visible_when]
    always = [m for m in form.materials if not m.visible_when]
    return Preparation(
        fields=len(usual),
        typed=sum(_asked(field) for field in usual),
        needed=tuple(_paper(m) for m in always if not m.substitutes),
        waived=tuple(_paper(m) for m in always if m.substitutes),
        sometimes=tuple(_paper(m) for m in form.materials if m.visible_when),
    )


def _asked(field: Field) -> bool:
    """Whether the person has to say it: nobody else knows, and there is no usual answer."""
    return field.typed and field.default is None


def _paper(material: Material) -> Paper:
    ways = dict.fromkeys(_WAIVED_BY.get(s.partition(":")[0], "") for s in material.substitutes)
    return Paper(material.title, "、".join(way for way in ways if way), material.note, not material.mandatory)


def _fee_words(fees: Mapping[str, Any], row: RuleRow | None) -> str:
    if not fees["charged"]:
        return "不收费"
    if row is None:
        return "收费，标准待登记"
    words = f"{fees['title']}：{row.words}" if fees.get("title") else row.words
    return words if row.confirmed else f"{words}（待核实）"


def _remedies(remedy: Mapping[str, Any], where: Implementation) -> list[str]:
    """How a refusal is challenged, with the limits in force."""
    government = where.government or "有管辖权的行政复议机关"
    targets = {"reconsideration": ("行政复议", government), "litigation": ("行政诉讼", remedy["litigation"]["to"])}
    words = []
    for way, (title, target) in targets.items():
        row = statutes.find(remedy[way]["rule"], instant.today())
        within = f"自知道之日起 {length(row)}内" if row else "依法"
        words.append(f"{within}向{target}{'申请' if way == 'reconsideration' else '提起'}{title}。")
    return words
