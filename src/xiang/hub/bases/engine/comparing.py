"""How well two records agree, field by field, as levels: each a Python test and the SQL condition that says the same.

The first level that holds counts. A field that one of them lacks says nothing (level ``absent``), which is not the same
as disagreeing (``differs``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiang.hub.bases.engine.spelling import GAP
from xiang.hub.bases.engine.standardising import Features

if TYPE_CHECKING:
    import duckdb

Test = Callable[[Features, Features], bool]

ABSENT, DIFFERS = "absent", "differs"


@dataclass(frozen=True, slots=True)
class Level:
    """One way to agree. ``words`` is said to the steward."""

    name: str
    words: str
    test: Test
    sql: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field: absent when ``column`` is missing on either side, else the first level that holds, else it differs."""

    column: str
    title: str
    levels: tuple[Level, ...]

    def level(self, left: Features, right: Features) -> str:
        """The name of the level at which two records agree."""
        if self.column not in left or self.column not in right:
            return ABSENT
        return next((one.name for one in self.levels if one.test(left, right)), DIFFERS)

    def words(self, level: str) -> str:
        """What a level is called in Chinese."""
        spoken = {ABSENT: "一方没有", DIFFERS: "不同"} | {one.name: one.words for one in self.levels}
        return spoken[level]


def exact(column: str, words: str = "相同", name: str = "same") -> Level:
    def test(left: Features, right: Features) -> bool:
        return column in left and left[column] == right.get(column)

    return Level(name, words, test, f"{column}_l = {column}_r")


def slip(column: str, words: str = "差一个字符或相邻两位颠倒", *, least: int = 3) -> Level:
    """One character wrong, missing, too many, or two neighbours swapped, in texts of at least ``least`` characters."""

    def test(left: Features, right: Features) -> bool:
        one, other = left[column], right[column]
        return min(len(one), len(other)) >= least and one_slip(one, other)

    sql = (
        f"least(length({column}_l), length({column}_r)) >= {least} AND"
        f" abs(length({column}_l) - length({column}_r)) <= 1 AND one_slip({column}_l, {column}_r)"
    )
    return Level("slip", words, test, sql)


_FOUR_BYTES_TWICE = 8
_SLIPPED = (
    # The places at which two texts of one length differ: none, one, or two neighbours that changed places.
    "slipped_at(a, b, m) AS len(m) <= 1 OR (len(m) = 2 AND m[2] = m[1] + 1 AND a[m[1]] = b[m[2]] AND a[m[2]] = b[m[1]])",
    "one_more(short, long) AS"
    " list_contains(list_transform(range(0, length(long)), lambda i: left(long, i) || substr(long, i + 2)), short)",
    # DuckDB's distance counts bytes. For numbers and dates they are characters; of others it tells what is far apart.
    "one_slip(a, b) AS CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN damerau_levenshtein(a, b) <= 1"
    f" ELSE damerau_levenshtein(a, b) <= {_FOUR_BYTES_TWICE} AND CASE"
    " WHEN length(a) < length(b) THEN one_more(a, b) WHEN length(a) > length(b) THEN one_more(b, a)"
    " ELSE slipped_at(a, b, list_filter(range(1, length(a) + 1), lambda i: a[i] <> b[i])) END END",
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection what the conditions of the levels ask."""
    for macro in _SLIPPED:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def one_slip(one: str, other: str) -> bool:
    """Whether at most one edit lies between two texts; neighbours swapped are one edit."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((n for n, char in enumerate(short) if char != long[n]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    swapped = short[start : start + 2][::-1] == long[start : start + 2]
    return swapped and short[start + 2 :] == long[start + 2 :]


def former() -> Level:
    """The name of one is a former name of the other."""

    def test(left: Features, right: Features) -> bool:
        return _among(left["name"], right) or _among(right["name"], left)

    sql = (
        "coalesce(contains(former_r, '|' || name_l || '|'), false) OR"
        " coalesce(contains(former_l, '|' || name_r || '|'), false)"
    )
    return Level("former", "是对方的曾用名", test, sql)


def _among(name: str, other: Features) -> bool:
    return f"|{name}|" in other.get("former", "")


def gap(column: str = "name") -> Level:
    """The same but for characters that one register could not write."""

    def test(left: Features, right: Features) -> bool:
        one, other = left[column], right[column]
        return (
            GAP in one + other and len(one) == len(other) and all(_fits(*pair) for pair in zip(one, other, strict=True))
        )

    left, right = f"{column}_l", f"{column}_r"
    sql = (
        f"(contains({left}, '{GAP}') AND {right} LIKE replace({left}, '{GAP}', '_')) OR"
        f" (contains({right}, '{GAP}') AND {left} LIKE replace({right}, '{GAP}', '_'))"
    )
    return Level("gap", "生僻字缺字，其余相同", _either_way(test, column), sql)


def _either_way(test: Test, column: str) -> Test:
    """Gaps on one side only: SQL's LIKE reads the pattern of one side at a time."""

    def stricter(left: Features, right: Features) -> bool:
        if not test(left, right):
            return False
        pairs = list(zip(left[column], right[column], strict=True))
        return all(a in (GAP, b) for a, b in pairs) or all(b in (GAP, a) for a, b in pairs)

    return stricter


def _fits(one: str, other: str) -> bool:
    return one == other or GAP in (one, other)


def part() -> Level:
    """A transliterated name given in part: 买买提 and 买买提·艾力."""

    def test(left: Features, right: Features) -> bool:
        one, other = left["name"], right["name"]
        return one.startswith(other + "·") or other.startswith(one + "·")

    return Level("part", "少写了一段", test, "starts_with(name_l, name_r || '·') OR starts_with(name_r, name_l || '·')")


def swapped_date(column: str = "birth") -> Level:
    """Day and month the wrong way round."""

    def test(left: Features, right: Features) -> bool:
        one, other = left[column], right[column]
        return one[:4] == other[:4] and one[4:6] == other[6:8] and one[6:8] == other[4:6]

    one, other = f"{column}_l", f"{column}_r"
    sql = (
        f"substr({one}, 1, 4) = substr({other}, 1, 4) AND substr({one}, 5, 2) = substr({other}, 7, 2)"
        f" AND substr({one}, 7, 2) = substr({other}, 5, 2)"
    )
    return Level("swapped", "日和月颠倒", test, sql)


def within(column: str, words: str) -> Level:
    """One text contains the other, which has at least four characters: an address with and without its city."""

    def test(left: Features, right: Features) -> bool:
        short, long = sorted((left[column], right[column]), key=len)
        return len(short) >= 4 and short in long

    one, other = f"{column}_l", f"{column}_r"
    sql = f"least(length({one}), length({other})) >= 4 AND (contains({one}, {other}) OR contains({other}, {one}))"
    return Level("within", words, test, sql)


def also(column: str, name: str, words: str) -> Level:
    """Another feature of the same field is equal on both sides."""

    def test(left: Features, right: Features) -> bool:
        return column in left and left[column] == right.get(column)

    return Level(name, words, test, f"coalesce({column}_l = {column}_r, false)")


PERSON = (
    Comparison("number", "身份证号", (exact("number"), slip("number", "差一位或相邻两位颠倒"))),
    Comparison(
        "name",
        "姓名",
        (exact("name"), former(), also("reading", "reading", "读音相同"), gap(), part(), slip("name", "差一个字")),
    ),
    Comparison("birth", "出生日期", (exact("birth"), swapped_date(), slip("birth", "差一位"))),
    Comparison("certificate", "出生医学证明", (exact("certificate"),)),
    Comparison("phone", "手机", (exact("phone"), slip("phone", "差一位"))),
    Comparison(
        "place", "地址", (exact("place"), within("place", "一方更详细"), also("door", "door", "门牌号码相同"))
    ),
)  # fmt: skip

LEGAL = (
    Comparison("credit", "统一社会信用代码", (exact("credit"), slip("credit", "差一位或相邻两位颠倒"))),
    Comparison("organisation", "组织机构代码", (exact("organisation"),)),
    Comparison("registration", "原注册号", (exact("registration"),)),
    Comparison(
        "name", "名称", (exact("name"), former(), also("core", "core", "字号和行业相同"), gap(), slip("name", "差一个字"))
    ),
    Comparison("representative", "法定代表人", (exact("representative"), slip("representative", "差一个字", least=2))),
    Comparison("phone", "电话", (exact("phone"), slip("phone", "差一位"))),
    Comparison(
        "place", "住所", (exact("place"), within("place", "一方更详细"), also("door", "door", "门牌号码相同"))
    ),
)  # fmt: skip

CREDIT = (Comparison("holder", "主体号码", (exact("holder"),)), Comparison("decision", "文书号", (exact("decision"),)))
CREDENTIAL = (
    Comparison("identifier", "证照标识", (exact("identifier"),)),
    Comparison("holder", "持证主体号码", (exact("holder"),)),
)
