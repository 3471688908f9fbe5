"""Quantified targets: a figure with a unit that is asked for. Years, versions, ordinals, document numbers are none.

Chinese numerals count only beside a word of comparison (不少于三项): 一批, 一类事 and 三年行动 are words, not figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xiang.oversight.plan.engine.model import Target
from xiang.oversight.plan.engine.numerals import HAN, SCALES, decimal, whole

_UNITS = (
    "个百分点|个工作日|工作日|个小时|小时|分钟|秒|个月|个基点|万人次|人次|人天|家次|件次|平方公里|平方米|公里|千米|米|公顷|亩|吨|千瓦时|度|"
    "立方米|美元|元|标准机架|机架|[EPTG]Flops|[EPTG]FLOPS|PB|TB|GB|Gbps|Mbps|Tbps|毫秒|%|‰|倍|"
    "个|项|件|家|种|类|条|份|处|所|座|台|套|人|名|位|次|户|批|期|场|篇|部|门|张|对|支|只|辆|艘|列|块|片|间|栋|村|册|本|卷|例|宗|笔|单|"
    "款|幅|盏|根|口|棵|株|头|羽|级以上|分以上|天|P"
)
_SCALE = "万亿|千亿|百亿|亿|千万|百万|万|千|百"
_FIGURE = rf"(?:\d[\d,]*(?:\.\d+)?|百分之[{HAN}]+|[{HAN}]+)"
_WRITTEN = re.compile(
    rf"(?P<low>{_FIGURE})\s*(?P<lowscale>{_SCALE})?\s*(?:余|多)?\s*(?P<lowunit>{_UNITS})?"
    rf"(?:\s*[—\-~～至到]+\s*(?P<high>{_FIGURE})\s*(?P<highscale>{_SCALE})?\s*(?P<highunit>{_UNITS})?)?"
    r"\s*(?P<after>以上|及以上|左右|上下|以内|之内|以下|以前)?"
)
_BEFORE = (
    (
        re.compile(
            r"不超过|不高于|不多于|不大于|至多|最多|控制在|压缩至|压缩到|压减至|缩短至|缩短到|降至|降到|减至|≤|<="
        ),
        "<=",
    ),
    (re.compile(r"不少于|不低于|不小于|至少|最少|达到|达|≥|>="), ">="),
    (re.compile(r"超过|超|突破|高于|多于|大于|>"), ">"),
    (re.compile(r"低于|少于|小于|<"), "<"),
    (re.compile(r"约|大约|近|将近|接近"), "~"),
)
_AFTER = {
    "以上": ">=",
    "及以上": ">=",
    "左右": "~",
    "上下": "~",
    "以内": "<=",
    "之内": "<=",
    "以下": "<=",
    "以前": "<=",
}
_RANK = re.compile(
    rf"(?:全国|全省|全市|中部|进入|进|位居|居|列|排名|位列|稳居|保持)[^，。；、]{{0,8}}?前(?P<rank>\d{{1,3}}|[{HAN}]{{1,3}})(?P<unit>名|位|强)?(?![{HAN}\d]*[个季月天批年])"
)
_MASKS = (
    re.compile(r"《[^》]*》"),
    re.compile(r"[〔\[（][12]\d{3}[〕\]）]\s*第?\d+\s*号"),
    re.compile(r"(?:19|20)\d\d\s*[—\-~至到]\s*(?:19|20)\d\d\s*年?"),
    re.compile(r"(?:19|20)\d\d\s*(?:年度|年版|年|版)"),
    re.compile(r"(?<!\d)24\s*小时(?!以?之?内)"),
    re.compile(r"\d{1,2}月(?:份|底|末)?(?:\d{1,2}[日号])?"),
    re.compile(r"\d{1,2}:\d\d"),
    re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}"),
    re.compile(r"\d+\.\d+\s*版"),
    re.compile(r"\d+\s*版"),
    re.compile(r"第\s*\d+"),
    re.compile(r"[A-Za-z]+[\d.]+(?![\d]*[%个项])"),
    re.compile(r"\d+\s*[×xX*]\s*\d+|\d+(?:\+[\dN]+)+"),
)
_MEASURED = (
    "%",
    "‰",
    "倍",
    "公里",
    "平方",
    "米",
    "吨",
    "亩",
    "公顷",
    "元",
    "小时",
    "个百分点",
    "分",
    "度",
    "千瓦",
    "EFl",
    "PFl",
    "P",
    "EF",
    "TB",
    "PB",
)
_STOPS = "，。；！？\n"


def found(text: str) -> Iterator[Target]:
    """Every target in a text, in order."""
    masked = _masked(text)
    for each in _RANK.finditer(masked):
        rank = whole(each["rank"])
        if rank:
            yield Target(_clause(text, each.start(), each.end()), "<=", Decimal(rank), each["unit"] or "名")
    for each in _WRITTEN.finditer(_RANK.sub(lambda rank: " " * len(rank[0]), masked)):
        target = _target(text, masked, each)
        if target:
            yield target


def _masked(text: str) -> str:
    """The text with what looks like a figure and is none blanked out, place by place."""
    for pattern in _MASKS:
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def _target(text: str, masked: str, each: re.Match[str]) -> Target | None:
    unit = each["highunit"] or each["lowunit"] or ""
    percent = each["low"].startswith("百分之")
    low, high = _value(each["low"], each["lowscale"]), _value(each["high"], each["highscale"])
    if low is None or not (unit or percent):
        return None
    if each["high"] and not percent and not each["lowunit"] and each["highscale"] and not each["lowscale"]:
        low = _value(each["low"], each["highscale"]) or low  # 3—5万
    if "." in each["low"] and not each["lowscale"] and not unit.startswith(_MEASURED):
        return None  # 2.0部署: a version
    before = re.split(f"[{_STOPS}、]", masked[max(0, each.start() - 14) : each.start()])[-1]
    operator = _operator(before, each["after"] or "", ranged=high is not None)
    chinese = not percent and not each["low"][0].isdigit()
    if (chinese and (operator == "=" or _in_quotes(text, each.start()))) or not _asked(text, each, unit):
        return None
    clause = _clause(text, each.start(), each.end())
    return Target(clause, operator, low, "%" if percent else _bare(unit), high if operator == "between" else None)


def _value(written: str | None, scale: str | None) -> Decimal | None:
    if not written:
        return None
    value = decimal(written.removeprefix("百分之"))
    return None if value is None else _plain(value * SCALES[scale or ""])


def _plain(value: Decimal) -> Decimal:
    """Without zeros behind the point: 1.5亿 is 150000000."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _operator(before: str, after: str, *, ranged: bool) -> str:
    if ranged:
        return "between"
    if after:
        return _AFTER[after]
    near = [(found.end(), sign) for pattern, sign in _BEFORE for found in pattern.finditer(before[-12:])]
    return max(near)[1] if near else "="


def _asked(text: str, each: re.Match[str], unit: str) -> bool:
    """Not an ordinal (第3批), not a day (3天假 is; 3日 never comes here), not a part of a longer word."""
    before, after = text[: each.start()][-1:], text[each.end() :][:1]
    if before in ("第", ".", "-") or (before.isascii() and before.isalnum()):
        return False
    if unit in ("人", "个", "部", "门", "级", "名") and after == "民":
        return False
    return not (unit == "P" and after.isascii() and after.isalnum())


def _in_quotes(text: str, at: int) -> bool:
    return text.rfind("“", 0, at) > text.rfind("”", 0, at)


def _bare(unit: str) -> str:
    return {"级以上": "级", "分以上": "分", "个小时": "小时", "个工作日": "工作日"}.get(unit, unit)


def _clause(text: str, start: int, end: int) -> str:
    first = max(text.rfind(stop, 0, start) for stop in _STOPS) + 1
    ends = [place for stop in _STOPS if (place := text.find(stop, end)) >= 0]
    return text[first : min(ends, default=len(text))].strip()
