"""Checks that every section shares: keys, and the shape of a row by JSON Schema, said in Chinese with the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from xiang.foundation.publishing.profile import reading
from xiang.foundation.publishing.profile.rows import Context, Entry, Problem, Row
from xiang.foundation.publishing.profile.sections import Section, sections

# The province itself, the demonstration and the words of the search: read where they are used, they make no rows.
_READ_BY_OTHERS = {"profile.yaml", "demo.yaml", "search.yaml"}
_SUFFIXES = (".yaml", ".yml", ".csv")
_TYPES = {
    "string": "文字（数字要加引号）",
    "integer": "整数",
    "number": "数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "“字段: 值”的一组",
    "null": "空",
}


def files_of(section: Section, folder: Path) -> list[Path]:
    """The files of a section, in order of their names."""
    return sorted(file for file in folder.glob(section.files) if file.is_file() and file.suffix in _SUFFIXES)


def read_all(context: Context, unread: list[str]) -> Iterator[Problem]:
    """Read every section's files into the context; answers what cannot be read, and notes files that nobody claims."""
    claimed: set[Path] = set()
    for section in sections():
        rows = context.rows.setdefault(section.kind, {})
        for file in files_of(section, context.folder):
            claimed.add(file)
            for row in _rows_in(file, section, context):
                if isinstance(row, Problem):
                    yield row
                elif row.key in rows:
                    yield _twice(row, rows[row.key])
                else:
                    rows[row.key] = row
    every = {file for file in context.folder.rglob("*") if file.suffix in _SUFFIXES}
    names = {file.relative_to(context.folder).as_posix() for file in every - claimed}
    unread.extend(sorted(names - _READ_BY_OTHERS))


def _rows_in(file: Path, section: Section, context: Context) -> Iterator[Row | Problem]:
    try:
        entries = reading.read(context.folder, file)
    except reading.UnreadableError as wrong:
        yield wrong.problem
        return
    expanded = (made for entry in entries for made in section.expand(entry, context))
    yield from _keyed(section, file.relative_to(context.folder).as_posix(), expanded)


def _keyed(section: Section, file: str, entries: Iterable[Entry]) -> Iterator[Row | Problem]:
    """The entries of a file as rows; an entry without a key is a problem."""
    for data, line, lines in entries:
        key = section.key_of(data)
        if key:
            yield Row(section.kind, key, file, line, data, lines)
        else:
            name = section.key if isinstance(section.key, str) else "key"
            yield Problem(file, line, "key_missing", f"“{section.title}”的每一行都要写 {name}，而且不能改动。")


def shape(section: Section, row: Row) -> Iterator[Problem]:
    """What is wrong with the shape of a row, by the section's schema."""
    if section.schema is None:
        return
    validator = Draft202012Validator(section.schema, format_checker=FormatChecker())
    for error in sorted(validator.iter_errors(row.data), key=lambda e: list(map(str, e.absolute_path))):
        path = ".".join(map(str, error.absolute_path))
        yield row.problem(*_said(error, path), at=_pointed(error, path))


def _pointed(error: ValidationError, path: str) -> str:
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        extra = _unknown(error)
        return f"{path}.{extra[0]}".lstrip(".") if extra else path
    return path


def _said(error: ValidationError, path: str) -> tuple[str, str]:
    """The stable code and the sentence for one error of the schema."""
    where, wanted = f"“{path}”" if path else "这一行", cast("Any", error.validator_value)
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in cast("Any", error.instance)]
            return "field_missing", f"{where}还缺：{'、'.join(missing)}。"
        case "additionalProperties" | "unevaluatedProperties":
            return "field_unknown", f"{where}里有不认识的字段：{'、'.join(_unknown(error))}。检查拼写，或删去。"
        case "type":
            types = [wanted] if isinstance(wanted, str) else list(wanted)
            return "field_type", f"{where}应当是{'或'.join(_TYPES.get(t, t) for t in types)}。"
        case "enum" | "const":
            allowed = wanted if isinstance(wanted, list) else [wanted]
            return "field_value", f"{where}只能是：{'、'.join(map(str, allowed))}。现在写的是“{error.instance}”。"
        case "pattern" | "format":
            return "field_form", f"{where}的写法不对：“{error.instance}”不合 {wanted}。"
        case "minLength" | "minItems" | "minProperties":
            return "field_empty", f"{where}不能空着。"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return "field_range", f"{where}写的是 {error.instance}，超出范围（{error.validator} {wanted}）。"
        case _:
            return "field_rule", f"{where}不符合要求：{error.message}"


def _unknown(error: ValidationError) -> list[str]:
    known = (error.schema.get("properties") or {}) if isinstance(error.schema, Mapping) else {}
    return [str(name) for name in cast("Any", error.instance) if name not in known]


def _twice(row: Row, first: Row) -> Problem:
    detail = f"“{row.key}”在 {first.file} 第 {first.line} 行已经有了，改一个不同的键，或删去一行。"
    return row.problem("row_twice", detail, at="key")
