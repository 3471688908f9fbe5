"""Synthetic people as two departments would keep them: some twice, and the second time with the errors of real registers.

Nobody in it exists. Who is who stands in the column ``truth``, which no linkage reads.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from xiang.foundation.parties.identity import id_check_character

COLUMNS = ("id", "truth", "xm", "cym", "sfzh", "csrq", "lxdh", "dz", "gxsj")
FIELDS = {
    "name": "xm", "former_names": "cym", "id_number": "sfzh", "birth_date": "csrq", "phone": "lxdh", "address": "dz",
}  # fmt: skip

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷龙史陶贺毛郝顾龚邵万覃武钱戚严欧阳"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲健红建华国志海峰鹏飞宇浩轩子涵梓欣怡雨佳思琪俊博天佑嘉诚瑞泽宏毅晓东春梅冬雪秋月庆龙凤玉珍珠翠莲荣光耀祖德福禄寿喜安康宁静远山川河湖江森林木火土石金银铜铁学习文章诗书画琴棋"
_TRADITIONAL = dict(
    zip("张刘陈杨伟丽华国军兰凤杰涛辉鹏飞庆荣宁学书龙", "張劉陳楊偉麗華國軍蘭鳳傑濤輝鵬飛慶榮寧學書龍", strict=True)
)
_TRANSLITERATED = (("买买提", "麦麦提"), ("艾力", "艾里"), ("古丽", "古麗"), ("阿依", "阿衣"), ("热合曼", "热和曼"))
_ROADS = (
    "五一大道",
    "芙蓉中路",
    "韶山北路",
    "人民路",
    "解放路",
    "建设路",
    "湘江路",
    "麓山南路",
    "八一路",
    "车站路",
    "书院路",
    "东风路",
)
_DIVISIONS = (
    ("430102", "长沙市芙蓉区"), ("430103", "长沙市天心区"), ("430104", "长沙市岳麓区"), ("430105", "长沙市开福区"),
    ("430111", "长沙市雨花区"), ("430202", "株洲市荷塘区"), ("430302", "湘潭市雨湖区"), ("430405", "衡阳市珠晖区"),
    ("430502", "邵阳市双清区"), ("430602", "岳阳市岳阳楼区"), ("430702", "常德市武陵区"), ("431002", "郴州市北湖区"),
)  # fmt: skip
_FIRST = date(1940, 1, 1)
_DAYS = (date(2024, 12, 31) - _FIRST).days

Row = list[str]


def people(count: int, seed: int = 43) -> Iterator[Row]:
    """That many people, each once, with everything known."""
    chance = random.Random(seed)
    for n in range(count):
        yield _person(n, chance)


def records(count: int, doubled: float = 0.3, seed: int = 43) -> Iterator[Row]:
    """``count`` records, of which the part ``doubled`` repeats somebody with errors."""
    chance = random.Random(seed)
    alone = int(count * (1 - doubled))
    kept: list[Row] = []
    for n in range(alone):
        row = _person(n, chance)
        kept.append(row)
        yield row
    for n in range(alone, count):
        yield noisy(kept[chance.randrange(alone)], str(n), chance)


def write(file: Path, rows: Iterator[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        out = csv.writer(target)
        out.writerow(COLUMNS)
        out.writerows(rows)


def _person(n: int, chance: random.Random) -> Row:
    born = _FIRST + timedelta(days=chance.randrange(_DAYS))
    code, place = _DIVISIONS[chance.randrange(len(_DIVISIONS))]
    digits = f"{code}{born:%Y%m%d}{chance.randrange(1000):03d}"
    phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
    road, number, house, door = (
        chance.choice(_ROADS),
        chance.randrange(1, 900),
        chance.randrange(1, 40),
        chance.randrange(101, 3300),
    )
    address = f"湖南省{place}{road}{number}号{house}栋{door}室"
    return [
        str(n),
        str(n),
        _name(chance),
        "",
        digits + id_check_character(digits),
        born.isoformat(),
        phone,
        address,
        "2024-01-01",
    ]


def _name(chance: random.Random) -> str:
    if chance.random() < 0.01:
        return f"{chance.choice(_TRANSLITERATED)[0]}·{chance.choice(_TRANSLITERATED)[0]}"
    surname = _SURNAMES[min(int(chance.expovariate(0.045)), len(_SURNAMES) - 1)]
    given = chance.choice(_GIVEN) + (chance.choice(_GIVEN) if chance.random() < 0.85 else "")
    return surname + given


def noisy(row: Row, key: str, chance: random.Random) -> Row:
    """The same person as another department wrote them down."""
    _, truth, name, _, number, born, phone, address, _ = row
    former = ""
    if chance.random() < 0.2:
        name, former = _other_name(name, chance)
    number = _other_number(number, chance)
    if chance.random() < 0.15:
        born = _other_date(born, chance)
    if chance.random() < 0.35:
        phone = "" if chance.random() < 0.4 else f"13{chance.randrange(10**9):09d}"
    if chance.random() < 0.5:
        address = _other_address(address, chance)
    return [key, truth, name, former, number, born, phone, address, f"2025-{chance.randrange(1, 13):02d}-01"]


def _other_name(name: str, chance: random.Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.35:
        return "".join(_TRADITIONAL.get(char, char) for char in name), ""
    if kind < 0.5:
        return _name(chance), name
    if kind < 0.65:
        place = chance.randrange(1, len(name))
        return name[:place] + chance.choice("?*□") + name[place + 1 :], ""
    if kind < 0.8:
        for one, other in _TRANSLITERATED:
            name = name.replace(one, other)
        return " ".join(name), ""
    place = chance.randrange(1, len(name))
    return name[:place] + chance.choice(_GIVEN) + name[place + 1 :], ""


def _other_number(number: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        return number
    if kind < 0.8:
        return ""
    if kind < 0.87 and number[6:8] == "19":
        return number[:6] + number[8:17]
    place = chance.randrange(6, 16)
    if kind < 0.94:
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return number[:place] + str(chance.randrange(10)) + number[place + 1 :]


def _other_date(born: str, chance: random.Random) -> str:
    year, month, day = born.split("-")
    kind = chance.random()
    if kind < 0.4:
        return ""
    if kind < 0.7:
        return f"{year}/{int(month)}/{int(day)}"
    return f"{year}年{int(day)}月{int(month)}日" if int(day) <= 12 else f"{year}{month}{int(day) - 1:02d}"


def _other_address(address: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return address.removeprefix("湖南省").replace("栋", "幢").removesuffix("室")
    if kind < 0.7:
        return address.removeprefix("湖南省")[6:]
    return f"湖南省{chance.choice(_DIVISIONS)[1]}{chance.choice(_ROADS)}{chance.randrange(1, 900)}号"
