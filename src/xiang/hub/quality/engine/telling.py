"""A run and a profile in words: tables that line up, a Chinese sign two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from xiang.hub.quality.engine.indicators import DIMENSIONS, INDICATORS, KINDS, dimension_of
from xiang.hub.quality.engine.profiling import Profile
from xiang.hub.quality.engine.running import Outcome, Result

REASONS = {
    "missing": "没有填", "not_integer": "不是整数", "not_decimal": "不是数", "not_date": "不是日期",
    "not_datetime": "不是日期时间", "not_boolean": "不是是或否", "format": "格式不对", "not_in_dictionary": "不在代码表里",
    "out_of_range": "超出范围", "length": "长度不对", "compare": "两列对不上", "expression": "不符合表达式",
    "stale": "更新不及时", "duplicate": "重复", "not_found": "在被引用的表里找不到", "differs": "与另一张表对不上",
    "id_length": "位数不对", "id_character": "有不该有的字符", "id_date": "出生日期不是日期", "id_date_future": "出生日期还没有到",
    "id_check": "校验位不对", "uscc_length": "位数不对", "uscc_character": "有不该有的字符", "uscc_check": "校验位不对",
}  # fmt: skip

FORMS = {
    "identity": "公民身份号码", "credit_code": "统一社会信用代码", "phone": "手机号码", "date": "日期", "datetime": "日期时间",
    "integer": "整数", "decimal": "数",
}  # fmt: skip


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of a table; columns in ``right`` are set to the right."""
    wide = [max(width(row[n]) for row in [head, *rows]) for n in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [_set(cell, wide[n], to_right=n in right) for n, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return [lines[0], "─" * (sum(wide) + 2 * (len(wide) - 1)), *lines[1:]]


def _set(text: str, wide: int, *, to_right: bool) -> str:
    space = " " * (wide - width(text))
    return space + text if to_right else text + space


def outcome(found: Outcome) -> str:
    """A run for people."""
    score = found.score
    lines = [f"{found.table.title}  {found.table.rows:,} 行  {found.seconds:.1f} 秒", ""]
    if found.table.rejected:
        lines.append(f"有 {found.table.rejected:,} 行读不成一行数据，先改好再查：")
        lines += [f"  第 {bad.line} 行：{bad.why}" for bad in found.table.bad[:5]] + [""]
    lines += [*found.table.notes, ""] if found.table.notes else []
    head = ("规则", "类型", "指标", "检查", "不合格", "合格率", "")
    lines += table(head, [_row(result) for result in found.results], right=(3, 4, 5))
    shown = [(result, found.samples.get(result.rule.key, [])) for result in found.results if result.failed]
    if shown:
        lines += ["", "不合格的例子："]
    for result, samples in shown:
        for one in samples[:2]:
            where = f"第 {one['row']} 行" if one["row"] is not None else "整张表"
            key = f"（{one['key']}）" if one["key"] else ""
            value = f"“{one['value']}”" if one["value"] else ""
            lines.append(
                f"  {result.rule.key}：{where}{key} {value} {REASONS.get(one['reason'], one['reason'])}".rstrip()
            )
    lines += ["", "  ".join(f"{part.title} {part.score:.2f}" for part in score.dimensions)]
    total = "没有可以评分的数据" if score.total is None else f"总分 {score.total:.2f}，{score.grade}"
    return "\n".join([*lines, total, ""])


def _row(result: Result) -> tuple[str, ...]:
    rule = result.rule
    ratio = "—" if result.ratio is None else f"{100 * result.ratio:.2f}%"
    verdict = "未检查" if result.ratio is None else ("✗" if result.failed else "✓")
    indicator = f"{DIMENSIONS[dimension_of(rule.indicator)]}·{INDICATORS[rule.indicator]}"
    return rule.key, KINDS[rule.kind], indicator, f"{result.assessed:,}", f"{result.failed:,}", ratio, verdict


def profiled(found: Profile) -> str:
    """A profile for people, as comments at the head of the suggested rules."""
    rows = [
        (
            c.name,
            c.type,
            f"{100 * c.filled:.1f}%",
            f"{c.distinct:,}",
            f"{c.shortest}–{c.longest}",
            FORMS.get(c.form, "—"),
        )
        for c in found.columns
    ]
    lines = table(("列", "类型", "有值", "不同值", "长度", "像是"), rows, right=(2, 3, 4))
    return "\n".join(f"# {line}" for line in [f"{found.table.title}  {found.table.rows:,} 行", *lines]) + "\n"
