"""Rules as data (质检规则): read from YAML, checked against a JSON Schema, every problem told with its place and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.hub.quality.engine import schema
from xiang.hub.quality.engine.indicators import BY_KIND, KINDS, dimension_of

Path_ = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``parameters`` are those of its kind (``schema.KIND_PARAMETERS``); ``when`` narrows the rows that are
    looked at; ``weight`` counts within its indicator."""

    key: str
    kind: str
    parameters: Mapping[str, Any]
    indicator: str
    weight: float
    message: str
    when: str = ""

    @property
    def dimension(self) -> str:
        return dimension_of(self.indicator)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that the rule names; an expression's are found when it is compiled."""
        given = self.parameters
        match self.kind:
            case "unique" | "reference":
                return tuple(given["columns"])
            case "compare":
                return (given["left"], given["right"])
            case "cross_table":
                return tuple(given["on"])
            case "expression":
                return ()
        return (given["column"],)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one table. ``key`` names the columns that tell a row; ``tables`` are further sources by name;
    ``grades`` are (grade, least score) from the best down, empty for the defaults."""

    rules: tuple[Rule, ...]
    name: str = ""
    key: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    tables: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    grades: tuple[tuple[str, float], ...] = ()

    def title(self, column: str) -> str:
        return self.titles.get(column, column)


def read(file: Path) -> RuleSet:
    """The rules of a YAML file; ``Invalid`` (``rules_invalid``) says what to mend, where, in which line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _one("", "rules_encoding", f"规则文件 {file.name} 不是 UTF-8，请另存为 UTF-8。") from wrong
    except OSError as wrong:
        raise _one("", "rules_absent", f"打不开规则文件 {file.name}：{wrong.strerror}。") from wrong
    return parse(text)


def parse(text: str) -> RuleSet:
    """The same from text."""
    return build(*_loaded(text))


def content_of(text: str) -> dict[str, Any]:
    """The plain data of rules that were written as text; ``Invalid`` as for :func:`parse`."""
    content, tree = _loaded(text)
    build(content, tree)
    found: dict[str, Any] = content
    return found


def _loaded(text: str) -> tuple[Any, Node | None]:
    try:
        tree = YAML(typ="safe").compose(text)
        content = _plain(YAML(typ="safe").load(text))
    except MarkedYAMLError as wrong:
        line = f"第 {wrong.problem_mark.line + 1} 行" if wrong.problem_mark else "规则文件"
        raise _one("", "rules_yaml", f"{line}的 YAML 写法有误（{wrong.problem}），检查缩进、冒号和引号。") from wrong
    except YAMLError as wrong:
        raise _one("", "rules_yaml", f"YAML 写法有误：{wrong}") from wrong
    return content, tree


def build(content: Any, tree: Node | None = None) -> RuleSet:
    """Rules from plain data, such as a JSON column; ``tree`` gives the lines."""
    errors = [_told(path, code, detail, tree) for path, code, detail in _problems(content)]
    if errors:
        raise Invalid(errors, code="rules_invalid", detail=f"规则有 {len(errors)} 处要改。")
    columns = content.get("columns", {})
    rules = tuple(_rule(each) for each in content["rules"])
    numbers = {rule.parameters["column"] for rule in rules if rule.kind == "identity"}
    return RuleSet(
        rules=rules,
        name=content.get("name", ""),
        key=tuple(content.get("key", ())),
        titles={name: said["title"] for name, said in columns.items() if "title" in said},
        sensitive=frozenset({name for name, said in columns.items() if said.get("sensitive")} | numbers),
        tables=content.get("tables", {}),
        weights=content.get("weights", {}),
        grades=tuple(sorted(((g["grade"], float(g["from"])) for g in content.get("grades", ())), key=lambda g: -g[1])),
    )


def _rule(given: Mapping[str, Any]) -> Rule:
    parameters = {name: value for name, value in given.items() if name not in _OWN}
    rule = Rule(
        key=given["key"],
        kind=given["kind"],
        parameters=parameters,
        indicator=given.get("indicator", BY_KIND[given["kind"]]),
        weight=float(given.get("weight", 1)),
        message=given.get("message", ""),
        when=given.get("when", ""),
    )
    return rule if rule.message else _with_message(rule)


_OWN = {"key", "kind", "indicator", "weight", "message", "when"}


def _with_message(rule: Rule) -> Rule:
    on = "、".join(rule.columns)
    said = f"{on}不符合“{KINDS[rule.kind]}”的要求，请核对后改正。" if on else f"不符合规则“{rule.key}”，请核对后改正。"
    return Rule(rule.key, rule.kind, rule.parameters, rule.indicator, rule.weight, said, rule.when)


def _problems(content: Any) -> Iterator[tuple[Path_, str, str]]:
    """(path, code, what to do) of everything wrong: the form first, then what refers to what."""
    found = [_of_schema(error, ()) for error in Draft202012Validator(schema.SCHEMA).iter_errors(content)]
    if found:
        yield from found
        return
    seen: dict[str, int] = {}
    for place, rule in enumerate(content["rules"]):
        at = ("rules", place)
        for error in Draft202012Validator(schema.of_kind(rule["kind"])).iter_errors(rule):
            yield _of_schema(error, at)
        if rule["key"] in seen:
            yield (*at, "key"), "rule_twice", f"“{rule['key']}”在第 {seen[rule['key']] + 1} 条已经用过，换一个键。"
        seen.setdefault(rule["key"], place)
        yield from _of_rule(rule, at, content.get("tables", {}))


def _of_rule(rule: Mapping[str, Any], at: Path_, tables: Mapping[str, str]) -> Iterator[tuple[Path_, str, str]]:
    if rule.get("table") and rule["table"] not in tables:
        yield (*at, "table"), "table_unknown", f"没有叫“{rule['table']}”的表：先在 tables 里写明它在哪里。"
    if rule["kind"] in ("range", "length"):
        if "min" not in rule and "max" not in rule:
            yield at, "bound_missing", "min 和 max 至少写一个。"
        elif isinstance(rule.get("min"), str) != isinstance(rule.get("max"), str) and "min" in rule and "max" in rule:
            yield (*at, "max"), "bound_mixed", "min 和 max 要么都是数，要么都是日期。"
        for name in ("min", "max"):
            if isinstance(rule.get(name), str) and not _is_date(rule[name]):
                yield (*at, name), "bound_form", f"“{rule[name]}”不是日期，写成 2026-01-31 的样子。"
    to = rule.get("to")
    if rule["kind"] == "reference" and isinstance(to, list) and len(to) != len(rule.get("columns", [])):
        yield (*at, "to"), "reference_width", "to 和 columns 的列数要一样。"


def _of_schema(error: ValidationError, at: Path_) -> tuple[Path_, str, str]:
    path = [*at, *error.absolute_path]
    wanted: Any = error.validator_value
    given: Any = error.instance
    match error.validator:
        case "required":
            return path, "missing", f"缺少 {'、'.join(name for name in wanted if name not in given)}。"
        case "additionalProperties":
            allowed = error.schema["properties"] if isinstance(error.schema, Mapping) else {}
            unknown = "、".join(str(name) for name in given if name not in allowed)
            return path, "unknown", f"不认识 {unknown}：可以写 {'、'.join(allowed)}。"
        case "enum":
            return path, "not_allowed", f"“{given}”不在可选范围：{'、'.join(map(str, wanted))}。"
        case "type":
            return path, "wrong_type", f"“{given}”的类型不对，应为 {wanted}。"
        case "pattern":
            return path, "wrong_form", f"“{given}”要用小写字母开头，只含小写字母、数字、下划线。"
    return path, "wrong_value", f"这里不对：{error.message}"


def _told(path: Path_, code: str, detail: str, tree: Node | None) -> FieldError:
    line = _line(tree, path)
    return FieldError("/" + "/".join(map(str, path)), code, f"第 {line} 行：{detail}" if line else detail)


def _line(node: Node | None, path: Path_) -> int:
    """The line of what a path names, or of the nearest thing around it; 0 without a tree."""
    line = node.start_mark.line + 1 if node is not None else 0
    for step in path:
        inner: Node | None = None
        if isinstance(node, MappingNode):
            inner = next((value for name, value in node.value if name.value == step), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            inner = node.value[step]
        if inner is None:
            break
        node, line = inner, inner.start_mark.line + 1
    return line


def _plain(value: Any) -> Any:
    """YAML's dates as text: a schema knows none."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _one(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid([FieldError(pointer, code, detail)], code="rules_invalid", detail=detail)
