"""Columns that are compared, made from what a register keeps: for one record in Python, for a table in SQL.

A ``Column`` is a feature: what it is made of, the Python that makes it and the DuckDB expression that makes the same.
Raw fields are texts; a feature that says nothing is absent (``None``, ``NULL``), never an empty text.
Python makes each feature from raw fields; SQL goes in stages, from folded fields (``f_name``) and earlier features, so
that nothing is worked out twice for a million rows.
"""

# ruff: noqa: S608 - names and expressions come from the code, values are quoted
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiang.foundation.parties.identity import ID_CHECKS, ID_WEIGHTS, id_check_character
from xiang.hub.bases.engine.spelling import (
    folded,
    folded_sql,
    numerals,
    numerals_sql,
    pinyin,
    quoted,
)

if TYPE_CHECKING:
    import duckdb

Raw = Mapping[str, str | None]
Features = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One feature. ``python`` makes it from the raw fields that it ``needs``; ``sql`` from folded fields and features.

    ``stage``: 1 needs folded fields alone, 2 also features of stage 1. ``reading`` marks a feature that SQL cannot make:
    the reading of another one, joined in from Python.
    """

    name: str
    needs: tuple[str, ...]
    python: Callable[..., str | None]
    sql: str
    stage: int = 1
    reading: str = ""


def _text(value: str | None) -> str:
    return folded(value) if value else ""


def _name(value: str | None) -> str | None:
    return _text(value).strip("·") or None


def _name_sql(text: str) -> str:
    return f"nullif(trim({text}, '·'), '')"


_SPLIT = "[、,，;；/|]"


def _names(value: str | None) -> str | None:
    """Former names (曾用名), each between bars: ``|李四|李肆|``."""
    found = [_name(part) for part in re.split(_SPLIT, value or "")]
    kept = [name for name in found if name]
    return f"|{'|'.join(kept)}|" if kept else None


NUMBER = "[0-9]{17}[0-9X]"
_OLD = "[0-9]{15}"


def _tidied(value: str | None) -> str:
    return re.sub("[-·]", "", _text(value))


def _tidied_sql(text: str) -> str:
    return f"regexp_replace({text}, '[-·]', '', 'g')"


def identity_number(value: str | None) -> str | None:
    """A resident identity number of 18 places; 15 digits of before 1999 are completed; anything else says nothing."""
    text = _tidied(value)
    if re.fullmatch(_OLD, text):
        text = f"{text[:6]}19{text[6:]}"
        return text + id_check_character(text)
    return text if re.fullmatch(NUMBER, text) else None


def _identity_sql(text: str) -> str:
    tidied = _tidied_sql(text)
    old = f"substr({tidied}, 1, 6) || '19' || substr({tidied}, 7)"
    return (
        f"CASE WHEN regexp_full_match({text}, '{NUMBER}') THEN {text}"
        f" WHEN regexp_full_match({tidied}, '{NUMBER}') THEN {tidied}"
        f" WHEN regexp_full_match({tidied}, '{_OLD}') THEN {old} || {check_sql(old)} END"
    )


def check_sql(number: str) -> str:
    total = " + ".join(f"{weight} * (ord(substr({number}, {n}, 1)) - 48)" for n, weight in enumerate(ID_WEIGHTS, 1))
    return f"substr('{ID_CHECKS}', CAST(1 + ({total}) % 11 AS BIGINT), 1)"


def _sound(value: str | None) -> str | None:
    """The identity number when its check character holds: two of them that differ are two people."""
    number = identity_number(value)
    return number if number and id_check_character(number[:17]) == number[17] else None


_SOUND_SQL = f"CASE WHEN number IS NOT NULL AND {check_sql('number')} = substr(number, 18, 1) THEN number END"

_DATE = "^([0-9]{4})[^0-9]?([0-9]{1,2})[^0-9]?([0-9]{1,2})"


def _birth(value: str | None, number: str | None) -> str | None:
    """A date as eight digits, from any of the usual spellings; where there is none, from the identity number."""
    found = re.match(_DATE, _text(value))
    if found:
        return found[1] + found[2].rjust(2, "0") + found[3].rjust(2, "0")
    held = identity_number(number)
    return held[6:14] if held else None


def _birth_sql(text: str) -> str:
    part = [f"regexp_extract({text}, {quoted(_DATE)}, {n})" for n in (1, 2, 3)]
    date = f"{part[0]} || lpad({part[1]}, 2, '0') || lpad({part[2]}, 2, '0')"
    plain = f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return (
        f"CASE WHEN {plain} THEN replace({text}, '-', '') WHEN regexp_matches({text}, {quoted(_DATE)}) THEN {date}"
        " ELSE substr(number, 7, 8) END"
    )


def _phone(value: str | None) -> str | None:
    digits = re.sub("[^0-9]", "", _text(value))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if len(digits) >= 7 and digits.strip("0") else None


def _phone_sql(text: str) -> str:
    digits = f"regexp_replace({text}, '[^0-9]', '', 'g')"
    short = (
        f"CASE WHEN length({digits}) = 13 AND starts_with({digits}, '86') THEN substr({digits}, 3) ELSE {digits} END"
    )
    return (
        f"CASE WHEN regexp_full_match({text}, '1[0-9]{{10}}') THEN {text}"
        f" WHEN length({digits}) >= 7 AND trim({digits}, '0') <> '' THEN {short} END"
    )


_WORDS = (("号楼", "栋"), ("幢", "栋"), ("座", "栋"), ("室", ""), ("房", ""), ("户", ""))


def _place(value: str | None) -> str | None:
    text = numerals(_text(value))
    for word, other in _WORDS:
        text = text.replace(word, other)
    return text or None


def _place_sql(text: str) -> str:
    made = numerals_sql(text)
    for word, other in _WORDS:
        made = f"replace({made}, '{word}', '{other}')"
    return f"nullif({made}, '')"


def _door(value: str | None) -> str | None:
    """The numbers of an address in their order: 12-3-402. Fewer than three digits single out nobody."""
    text = "-".join(re.findall("[0-9]+", _place(value) or ""))
    return text if len(text) >= 3 else None


_DOOR = "trim(regexp_replace(place, '[^0-9]+', '-', 'g'), '-')"
_DOOR_SQL = f"CASE WHEN length({_DOOR}) >= 3 THEN {_DOOR} END"

_CREDIT, _REGISTRATION, _ORGANISATION = "[0-9A-HJ-NPQRTUWXY]{18}", "[0-9]{15}", "[0-9A-Z]{8}[0-9X]"


def _matching(pattern: str) -> Callable[[str | None], str | None]:
    """A code of a fixed form."""

    def python(value: str | None) -> str | None:
        text = _tidied(value)
        return text if re.fullmatch(pattern, text) else None

    return python


def _matching_sql(pattern: str, text: str) -> str:
    return f"CASE WHEN regexp_full_match({_tidied_sql(text)}, '{pattern}') THEN {_tidied_sql(text)} END"


_credit, _organisation = _matching(_CREDIT), _matching(_ORGANISATION)
_CERTIFICATE = "[0-9A-Z]{6,24}"

_SUFFIX = (
    "(股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|合伙企业有限合伙|合伙企业|专业合作社|个体工商户)$"
)
_CITIES = "长沙|株洲|湘潭|衡阳|邵阳|岳阳|常德|张家界|益阳|郴州|永州|怀化|娄底"
_REGION = f"^(湖南省|湖南)?(({_CITIES})市|{_CITIES}|湘西自治州|湘西)?"


def _core(value: str | None) -> str | None:
    """What singles a company's name out: without region and legal form (字号和行业)."""
    return re.sub(_SUFFIX, "", re.sub(_REGION, "", _text(value))) or None


def _core_sql(text: str) -> str:
    return f"nullif(regexp_replace(regexp_replace({text}, '{_REGION}', ''), '{_SUFFIX}', ''), '')"


def _reading(value: str | None) -> str | None:
    name = _name(value)
    return pinyin(name) or None if name else None


def _either(organisation: str | None, code: str | None) -> str | None:
    """The organisation code: positions 9 to 17 of the credit code, or the one that was held before."""
    credit = _credit(code)
    return credit[8:17] if credit else _organisation(organisation)


_EITHER_SQL = f"coalesce(substr(credit, 9, 9), {_matching_sql(_ORGANISATION, 'f_organisation_code')})"


NAME = Column("name", ("name",), _name, _name_sql("f_name"))
FORMER = Column("former", ("former_names",), _names, "CASE WHEN former_names <> '' THEN former(former_names) END")
READING = Column("reading", ("name",), _reading, "NULL", reading="name")
PHONE = Column("phone", ("phone",), _phone, _phone_sql("f_phone"))
PLACE = Column("place", ("address",), _place, _place_sql("f_address"))
DOOR = Column("door", ("address",), _door, _DOOR_SQL, stage=2)

PERSON = (
    NAME,
    FORMER,
    READING,
    Column("number", ("id_number",), identity_number, _identity_sql("f_id_number")),
    Column("sound", ("id_number",), _sound, _SOUND_SQL, stage=2),
    Column(
        "certificate",
        ("birth_certificate",),
        _matching(_CERTIFICATE),
        _matching_sql(_CERTIFICATE, "f_birth_certificate"),
    ),
    Column("birth", ("birth_date", "id_number"), _birth, _birth_sql("f_birth_date"), stage=2),
    PHONE,
    PLACE,
    DOOR,
)

LEGAL = (
    NAME,
    FORMER,
    Column("core", ("name",), _core, _core_sql("f_name")),
    Column("credit", ("uscc",), _credit, _matching_sql(_CREDIT, "f_uscc")),
    Column(
        "registration",
        ("registration_number",),
        _matching(_REGISTRATION),
        _matching_sql(_REGISTRATION, "f_registration_number"),
    ),
    Column("organisation", ("organisation_code", "uscc"), _either, _EITHER_SQL, stage=2),
    Column("representative", ("representative",), _name, _name_sql("f_representative")),
    PHONE,
    PLACE,
    DOOR,
)


_PLAIN = "[^ ]{4,80}"

CREDIT = (
    Column("holder", ("subject_number",), _matching(_PLAIN), _matching_sql(_PLAIN, "f_subject_number")),
    Column("decision", ("decision_number",), _matching(_PLAIN), _matching_sql(_PLAIN, "f_decision_number")),
)
CREDENTIAL = (
    Column("identifier", ("identifier",), _matching(_PLAIN), _matching_sql(_PLAIN, "f_identifier")),
    Column("holder", ("holder_number",), _matching(_PLAIN), _matching_sql(_PLAIN, "f_holder_number")),
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection the functions that the expressions of columns call for the few values that need Python."""
    by_python(connection, "folded", folded)
    by_python(connection, "former", _names)


def by_python(
    connection: duckdb.DuckDBPyConnection, name: str, python: Callable[[str], object], kind: str = "varchar"
) -> None:
    """A function of one text, evaluated a chunk of rows at a time."""
    import pyarrow as pa
    from duckdb.func import ARROW, FunctionNullHandling

    made = {"varchar": pa.string(), "boolean": pa.bool_()}[kind]

    def chunk(column):  # type: ignore[no-untyped-def] # DuckDB evaluates annotations
        return pa.array([None if text is None else python(text) for text in column.to_pylist()], made)

    connection.create_function(name, chunk, ["varchar"], kind, type=ARROW, null_handling=FunctionNullHandling.SPECIAL)


def features(columns: tuple[Column, ...], raw: Raw) -> dict[str, str]:
    """What one record says, without what says nothing."""
    made = {one.name: one.python(*(raw.get(field) for field in one.needs)) for one in columns}
    return {name: value for name, value in made.items() if value}


def select(columns: tuple[Column, ...], source: str) -> str:
    """The query that makes the features of every row of ``source``, which has all raw fields and the key ``n``."""
    fields = dict.fromkeys(field for one in columns for field in one.needs)
    folding = ", ".join(f"{folded_sql(field)} AS f_{field}" for field in fields)
    first = ", ".join(f"{one.sql} AS {one.name}" for one in columns if one.stage == 1 and not one.reading)
    kept = ", ".join(one.name for one in columns if one.stage == 1 and not one.reading)
    last = "".join(f", {one.sql} AS {one.name}" for one in columns if one.stage == 2)
    folded_fields = ", ".join(f"f_{field}" for field in fields)
    raw = "former_names, " if "former_names" in fields else ""
    return (
        f"WITH folded_rows AS (SELECT n, {raw}{folding} FROM {source}),"
        f" first_stage AS (SELECT n, {folded_fields}, {first} FROM folded_rows)"
        f" SELECT n, {kept}{last} FROM first_stage"
    )


_USUAL = 4  # signs of a name that is read sign by sign


def to_read(columns: tuple[Column, ...], reading: Column, source: str) -> str:
    """The query of everything that has to be read: the signs of names of usual length, and longer names as they are."""
    name, made = reading.reading, select(columns, source)
    signs = ", ".join(f"{name}[{n}]" for n in range(1, _USUAL + 1))
    return (
        f"SELECT DISTINCT unnest(CASE WHEN length({name}) <= {_USUAL} THEN [{signs}] ELSE [{name}] END) FROM ({made})"
    )


def read_aloud(reading: Column, made: str, readings: str) -> str:
    """The query that adds the feature ``reading`` to what ``made`` selects, from ``readings (spelt, reading)``."""
    name = reading.reading
    parts = [f"CASE WHEN length({name}) <= {_USUAL} THEN {name}[{n}] END" for n in range(1, _USUAL + 1)]
    parts[0] = f"CASE WHEN length({name}) <= {_USUAL} THEN {name}[1] ELSE {name} END"
    joins = " ".join(f"LEFT JOIN {readings} r{n} ON r{n}.spelt = {part}" for n, part in enumerate(parts))
    read = ", ".join(f"r{n}.reading" for n in range(_USUAL))
    return f"SELECT made.*, nullif(concat({read}), '') AS {reading.name} FROM ({made}) made {joins}"
