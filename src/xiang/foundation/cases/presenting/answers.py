"""What a case was submitted with, as its officers see it: every value with its origin, every paper with what stands
for it. An officer sees the fields that the form of their own item asks, whatever else the life event knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xiang.foundation.cases.models import Case
from xiang.foundation.forms.prefill import Origin
from xiang.foundation.forms.schema import Field, FormDefinition, Material, from_content
from xiang.foundation.ground import instant
from xiang.foundation.pages.components import FactGroup, FactView, SourceView
from xiang.foundation.pages.texts import legal_day, mask_id, mask_phone, moment, yuan
from xiang.foundation.parties import queries as parties
from xiang.foundation.publishing import queries as publishing

GIVEN = ("source", "changed")
FIRST_CHILD = "child."


@dataclass(frozen=True, slots=True)
class Paper:
    """A material: what it is, what stands for it, how it came; ``file_id`` when there is something to open."""

    title: str
    stands: str
    how: str
    icon: str
    file_id: UUID | None = None
    more: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a case."""

    groups: Sequence[FactGroup]
    papers: Sequence[Paper]
    given: int
    typed: int
    differing: Sequence[FactView]
    disputed: int

    @property
    def total(self) -> int:
        return self.given + self.typed

    @property
    def words(self) -> str:
        """31 项：28 项政府提供，3 项手填，1 项待您核对."""
        said = f"{self.total} 项：{self.given} 项政府提供，{self.typed} 项手填"
        doubtful = len(self.differing)
        return said + (f"，{doubtful} 项待您核对" if doubtful else "")

    @property
    def paper_words(self) -> str:
        handed = sum(paper.how == "上传" for paper in self.papers)
        missing = sum(not paper.how for paper in self.papers)
        if handed:
            return f"{len(self.papers)} 份：申请人只交 {handed} 份"
        return f"{len(self.papers)} 份：" + (f"{missing} 份没有交" if missing else "申请人不用交")


def sheet_of(case: Case, *, reachable: bool = True, who: str = "申请人") -> Sheet:
    """The form of a case with origins and papers. Who handles it may call the applicant: ``reachable`` shows telephone
    numbers whole. ``who`` is the applicant as the reader calls them: 您 on their own page."""
    kept: Mapping[str, Any] = case.answers or {}
    answers: Mapping[str, Any] = kept.get("fields", {})
    origins: Mapping[str, Any] = kept.get("origins", {})
    form = form_of(case)
    shown = [f for f in form.asked(answers) if _said(answers.get(f.key)) or f.key in origins] if form else []
    number = int(case.facts.get("child", 1) or 1)
    facts = {f.key: fact_of(f, answers.get(f.key), _origin(origins, f.key, number), reachable, who) for f in shown}
    kinds = [(_origin(origins, f.key, number), _said(answers.get(f.key))) for f in shown]
    given = sum(o is not None and o.kind in GIVEN for o, _ in kinds)
    return Sheet(
        groups=_groups(form, shown, facts) if form else (),
        papers=[_paper(m, kept.get("materials", {}).get(m.key, {})) for m in form.materials_for(answers)]
        if form
        else (),
        given=given,
        typed=sum(said and (o is None or o.kind not in GIVEN) for o, said in kinds),
        differing=[f for f in facts.values() if f.differs or f.disputed],
        disputed=sum(o is not None and o.disputed for o, _ in kinds),
    )


def form_of(case: Case) -> FormDefinition | None:
    """The form that the case's item asked for, in the edition in force when it was submitted."""
    if case.item_edition is None:
        return None
    known = (case.item_edition, case.received_on)
    if known not in _forms:
        found = _form_of(case.item_edition, case.received_on)
        if case.received_on >= instant.today():
            return found  # what is in force today may still change
        if len(_forms) >= _FORMS_MOST:
            _forms.clear()
        _forms[known] = found
    return _forms[known]


_forms: dict[tuple[UUID, date], FormDefinition | None] = {}
_FORMS_MOST = 2000


def _form_of(item_edition: UUID, on: date) -> FormDefinition | None:
    key = publishing.edition(item_edition).content.get("form")
    if not key:
        return None
    edition = publishing.find("forms", key, on) or publishing.find("forms", key)
    return from_content(edition.content) if edition else None


def _groups(form: FormDefinition, shown: Sequence[Field], facts: Mapping[str, FactView]) -> list[FactGroup]:
    groups = []
    for group in form.groups:
        own = tuple(facts[f.key] for f in shown if f.group == group.key)
        if own:
            groups.append(FactGroup(group.title, own, len(own)))
    return groups


def _said(value: Any) -> bool:
    return value not in (None, "", [])


def _origin(origins: Mapping[str, Any], key: str, child: int) -> Origin | None:
    """The origin of an answer; those of a second child stand under ``child2.`` in the whole application."""
    own = f"child{child}.{key.removeprefix(FIRST_CHILD)}" if child > 1 and key.startswith(FIRST_CHILD) else key
    row = origins.get(own)
    return Origin.from_json(row) if row else None


# --- one field -------------------------------------------------------------------------------------------------------


def fact_of(field: Field, value: Any, origin: Origin | None, reachable: bool = True, who: str = "申请人") -> FactView:
    """A field with where its value comes from; a value that differs from its source says what the source has."""
    changed = origin is not None and origin.kind == "changed"
    return FactView(
        label=field.title,
        value=words_of(field, value, reachable),
        source=source_of(origin, who, said=_said(value)),
        disputed=f"{who}对这条记录有异议" if origin and origin.disputed else "",
        numeric=field.type in ("integer", "number", "money", "date", "datetime", "id_number", "phone"),
        differs=f"来源为 {words_of(field, origin.said, reachable) or '空'}" if origin is not None and changed else "",
    )


def source_of(origin: Origin | None, who: str = "申请人", *, said: bool = True) -> SourceView | None:
    """Where a value comes from; ``who`` typed what no body holds. Without a value: why there is none."""
    if origin is None:
        return None
    if origin.kind in GIVEN:
        if origin.kind == "changed":
            return SourceView(f"{who}改过", kind="hand", note=f"{origin.body}·{moment(origin.moment)}")
        return SourceView(origin.body, origin.system or origin.resource, origin.moment)
    why = {"outage": "当时连不上", "absent": "没有登记", "refused": "没有读取"}.get(origin.kind, "")
    note = f"{origin.body}{why}" if origin.body and why else ""
    if said:
        return SourceView(f"{who}填写", kind="hand", note=note if origin.kind == "outage" else "")
    return SourceView(note, kind="gone") if note else None


def words_of(field: Field, value: Any, reachable: bool = False) -> str:
    """A value as people read it: the title of a choice, a masked number, a date in words."""
    if not _said(value):
        return ""
    if field.choices:
        titles = {str(c.value): c.title for c in field.choices}
        return "、".join(titles.get(str(v), str(v)) for v in (value if isinstance(value, list) else [value]))
    match field.type:
        case "yesno":
            return "是" if value in (True, "true", "是", "1", 1) else "否"
        case "id_number":
            return mask_id(str(value))
        case "phone":
            return str(value) if reachable else mask_phone(str(value))
        case "money":
            return f"{yuan(value)} 元" if isinstance(value, int) else str(value)
        case "date" | "datetime":
            return _when(str(value))
        case "division":
            return parties.tree().title(str(value)[:6]) or str(value)
    return str(value)


def _when(value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) <= 10:
        return legal_day(at.date(), "year")
    local = at.astimezone(instant.SHANGHAI) if at.tzinfo else at
    return f"{legal_day(local.date(), 'year')} {local:%H:%M}"


# --- papers ----------------------------------------------------------------------------------------------------------


def _paper(material: Material, row: Mapping[str, Any]) -> Paper:
    how, title, reference = row.get("how", ""), str(row.get("title", "")), str(row.get("reference", ""))
    match how:
        case "waived":
            return Paper(material.title, title or "部门数据核对", "免交", "database")
        case "file":
            return Paper(material.title, title, "上传", "file-text", _uuid(reference), _more(row))
        case "statement":
            return Paper(material.title, reference or title, "承诺", "writing-sign")
        case "later":
            return Paper(material.title, title or "前一项办好后带入", "部门互传", "transfer")
    return Paper(material.title, "没有交" if material.mandatory else "选交，没有交", "", "circle-dashed")


def _more(row: Mapping[str, Any]) -> tuple[tuple[UUID, str], ...]:
    """Further pages of the same paper."""
    rows = ((_uuid(str(one.get("reference", ""))), str(one.get("title", "续页"))) for one in row.get("more", ()))
    return tuple((file_id, title) for file_id, title in rows if file_id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
