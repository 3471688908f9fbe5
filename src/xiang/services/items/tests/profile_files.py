"""A small profile written to a folder, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.publishing.profile import Context, Problem, Row, checking, sections
from xiang.services.items import loading

FORMS = """\
- key: shop_licence
  title: 开店许可
  groups:
    - key: shop
      title: 店
      fields:
        - {key: shop.name, title: 店名, type: text, required: true}
        - {key: shop.owner, title: 店主, type: name, source: hub:people.name}
  materials:
    - {key: plan, title: 店面平面图, mandatory: true}
    - {key: identity, title: 居民身份证, mandatory: true, substitutes: [credential:id_card]}
- key: birth_registration
  title: 出生登记
  groups:
    - {key: child, title: 孩子, fields: [{key: child.name, title: 姓名, type: name, required: true}]}
  materials:
    - {key: certificate, title: 出生医学证明, mandatory: true}
"""
LIMITS = """\
- {key: item.shop.promised, title: 承诺, value: 8, unit: wd, clock_start: 受理, citation: 清单, valid_from: 2025-01-01, confirmed: false}
- {key: item.birth.promised, title: 承诺, value: 3, unit: wd, clock_start: 受理, citation: 清单, valid_from: 2025-01-01, confirmed: false}
- {key: law.licence, title: 法定, value: 20, unit: wd, clock_start: 受理, citation: 行政许可法, valid_from: 2004-07-01, confirmed: true}
- {key: law.days, title: 法定, value: 5, unit: d, clock_start: 受理, citation: 某条例, valid_from: 2004-07-01, confirmed: true}
- {key: remedy.review, title: 复议, value: 60, unit: d, clock_start: 知道, citation: 行政复议法, valid_from: 2024-01-01, confirmed: true}
- {key: fee.shop, title: 工本费, value: 1000, unit: fen, citation: 收费文件, valid_from: 2025-01-01, confirmed: true}
"""
ITEMS = """\
- key: shop_licence
  name: 开店许可
  short: 开店许可
  summary: 开店前办。
  icon: building-store
  codes: {scheme: c0109, base: "430136001000", confirmed: false}
  type: "01"
  regime: licence
  procedure: licence
  level: "4"
  body: market
  unit_kind: registry
  host: county
  objects: ["2"]
  audience: business
  handling: ["1", "2"]
  case_type: "2"
  scope: province
  themes: [entry]
  visits: 0
  conditions: [有固定的店面]
  form: shop_licence
  limits: {promised: item.shop.promised, legal: law.licence}
  special_procedures: [hearing]
  fees: {charged: false}
  basis: [{law: 某法, article: 第一条, confirmed: true}]
  process: [{key: receive, title: 受理, role: receiver}]
  result: {title: 开店许可证, kind: 证照, credential: shop_card}
  delivery: [electronic]
  consult: {phone: "12345"}
  supervise: {phone: "12345"}
  remedy: {reconsideration: {to: 本级人民政府, rule: remedy.review}, litigation: {to: 人民法院, rule: remedy.review}}
  baseline: {frozen_on: 2025-12-31, edition: 1, fields: 2, materials: 2, visits: 1, counters: 1, working_days: 20}
- key: birth_registration
  name: 出生登记
  short: 出生登记
  summary: 上户口。
  icon: home
  codes: {scheme: c0109, base: "430725001000", confirmed: false}
  type: "07"
  regime: confirmation
  procedure: confirmation
  level: "4"
  body: police
  unit_kind: police_station
  host: county
  objects: ["1"]
  audience: person
  handling: ["1", "2"]
  case_type: "2"
  scope: province
  themes: [birth]
  visits: 0
  conditions: [孩子有中国国籍, 不以父母婚姻状况为条件]
  form: birth_registration
  limits: {promised: item.birth.promised}
  legal_note: 法律没有规定时限
  fees: {charged: false}
  basis: [{law: 户口登记条例, article: 第七条, confirmed: true}]
  process: [{key: receive, title: 受理, role: receiver}]
  result: {title: 户口簿, kind: 证照}
  delivery: [electronic]
  consult: {phone: "12345"}
  supervise: {phone: "12345"}
  remedy: {reconsideration: {to: 本级人民政府, rule: remedy.review}, litigation: {to: 人民法院, rule: remedy.review}}
  baseline: {frozen_on: 2025-12-31, edition: 1, fields: 2, materials: 2, visits: 1, counters: 1, working_days: 20}
"""
RESOURCES = """\
systems: [{key: people, title: 人口, body: 430000.police}]
catalogue: []
resources:
  - {key: people, title: 人口, fields: [{key: name, title: 姓名, type: text}]}
"""
CREDENTIALS = """\
- {key: id_card, title: 身份证, fields: [{key: name, title: 姓名, type: name}]}
- {key: shop_card, title: 开店许可证, fields: [{key: name, title: 店名, type: text}]}
"""
PLACES = {
    "bodies": "- {key: 430104.market, name: 市场局}\n- {key: 430104.police, name: 公安局}\n",
    "units": (
        "- {key: 430104.market.registry, body: 430104.market, kind: registry}\n"
        "- {key: 430104.police.one, body: 430104.police, kind: police_station}\n"
    ),
}
EVENT = """\
- key: birth
  title: 出生
  items:
    - {item: birth_registration, needs: []}
    - {item: shop_licence, needs: [birth_registration]}
  routes: [{item: birth_registration, to: []}, {item: shop_licence, to: []}]
  scenarios: []
"""
PROFILE = "themes: [{key: entry, title: 准入, audience: business, icon: a}, {key: birth, title: 出生, audience: person, icon: b}]\n"
FILES = {
    "items": ("items/a.yaml", ITEMS),
    "forms": ("forms/a.yaml", FORMS),
    "limits": ("limits.yaml", LIMITS),
    "resources": ("resources.yaml", RESOURCES),
    "credential_types": ("credential_types.yaml", CREDENTIALS),
    "bodies": ("bodies.yaml", PLACES["bodies"]),
    "units": ("units.yaml", PLACES["units"]),
    "life_events": ("life_events/a.yaml", EVENT),
}
Check = Callable[[Row, Context], object]


def context_of(folder: Path, changed: dict[str, tuple[str, str]] | None = None) -> Context:
    """The rows of the small profile, with one text replaced by another in some of its files."""
    from xiang.foundation.publishing.profile.reading import read

    context = Context("small", folder, SYSTEM)
    (folder / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    for kind, (name, text) in FILES.items():
        old, new = (changed or {}).get(kind, ("", ""))
        if old and old not in text:
            raise AssertionError(f"{old!r} is not in {name}")
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        rows = [
            Row(kind, str(data.get("key", kind)), name, line, data, lines) for data, line, lines in read(folder, file)
        ]
        context.rows[kind] = {row.key: row for row in rows}
    return context


def problems(context: Context) -> list[Problem]:
    """Everything wrong with the items, the forms they ask for, and the life events."""
    section = next(s for s in sections() if s.kind == loading.KIND)
    found: list[Problem] = []
    for row in context.of("items"):
        found += list(checking.shape(section, row)) or list(loading.check_item(row, context))
    for row in context.of("life_events"):
        found += list(loading.check_life_event(row, context))
    return sorted(set(found))


def line_of(folder: Path, name: str, text: str) -> int:
    """The line on which a text stands in a file."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)
