"""Where people live: the real divisions and the profile's offices, with invented roads and house numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

from xiang.portal.province import numbers

# Relative sizes of the prefectures; their counties share evenly, districts count half as much again.
_WEIGHTS = {
    "4301": 16, "4302": 6, "4303": 4, "4304": 10, "4305": 10, "4306": 8, "4307": 8,
    "4308": 2, "4309": 6, "4310": 7, "4311": 8, "4312": 7, "4313": 6, "4331": 4,
}  # fmt: skip
_COMMUNITIES = ("和平", "建设", "新华", "朝阳", "友谊", "向阳", "团结", "幸福", "文艺", "石桥", "枫树", "长岭")
_ROADS = (
    "人民路",
    "建设路",
    "解放路",
    "朝阳路",
    "湘江路",
    "迎宾路",
    "文艺路",
    "桃花路",
    "枫林路",
    "站前路",
    "金星路",
    "云塘路",
)
BANKS = (
    ("bank.icbc", "工商银行"),
    ("bank.abc", "农业银行"),
    ("bank.boc", "中国银行"),
    ("bank.ccb", "建设银行"),
    ("bank.bocom", "交通银行"),
    ("bank.psbc", "邮储银行"),
    ("bank.changsha", "长沙银行"),
)


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street with the police station that keeps its registers."""

    name: str
    station: str
    station_name: str


@dataclass(frozen=True, slots=True)
class Hospital:
    """Where children are born."""

    key: str
    name: str
    uscc: str


@dataclass(frozen=True, slots=True)
class County:
    """A county as rows need it: names spelled out once, not a million times."""

    code: str
    name: str
    full: str
    towns: tuple[Town, ...]
    agency: str
    agency_name: str
    hospital: Hospital
    marriage_office: str
    tax_office: str
    registrar: str


@dataclass(frozen=True, slots=True)
class Home:
    """An address with its parts."""

    county: County
    address: str
    town: Town
    community: str


class Places:
    """The counties of the profile, drawn by size."""

    def __init__(self, profile: Path, chance: Random) -> None:
        self._draw = chance.random
        self.offices = Offices(profile)
        self.counties = [self._county(code) for code in self.offices.counties]
        self.by_code = {county.code: county for county in self.counties}
        self._slots: list[County] = []
        for prefecture, weight in _WEIGHTS.items():
            inside = [c for c in self.counties if c.code.startswith(prefecture)]
            for county in inside:
                share = weight * 24 / len(inside) * (1.5 if county.name.endswith("区") else 1)
                self._slots += [county] * max(1, round(share))
        self._slots = self._slots or self.counties

    def county(self) -> County:
        return self._slots[int(self._draw() * len(self._slots))]

    def home(self, county: County) -> Home:
        """A flat or a house in a county."""
        draw = self._draw
        town = county.towns[int(draw() * len(county.towns))]
        number, flat = int(draw() * 400) + 1, int(draw() * 3000)
        road = _ROADS[int(draw() * 12)]
        address = f"{county.full}{town.name}{road}{number}号{flat % 12 + 1}栋{flat // 100 + 1}0{flat % 4 + 1}室"
        return Home(county, address, town, _COMMUNITIES[flat % 12] + "社区")

    def hospital(self, key: str) -> Hospital:
        """A maternity hospital by its body key, e.g. ``430100.hospital.mch``."""
        return _hospital(self.offices.names.get(key, ""), key)

    def _county(self, code: str) -> County:
        offices = self.offices
        name = offices.divisions[code]
        towns = offices.towns.get(code) or (Town("城区", f"{code}.police.central", f"{name}城区派出所"),)
        agency = f"{code}.medical_insurance.agency"
        hospital = f"{code}.hospital.mch"
        return County(
            code=code,
            name=name,
            full=offices.full(code),
            towns=tuple(towns),
            agency=agency,
            agency_name=offices.names.get(agency, f"{name}医疗保障事务中心"),
            hospital=_hospital(offices.names.get(hospital, f"{name}妇幼保健院"), hospital),
            marriage_office=f"{name}民政局婚姻登记处",
            tax_office=offices.names.get(f"{code}.tax", f"{name}税务局"),
            registrar=offices.names.get(f"{code}.market", f"{name}市场监督管理局"),
        )


def _hospital(name: str, key: str) -> Hospital:
    return Hospital(key, name, numbers.body_uscc(key[:6], "51"))


class Offices:
    """Divisions, and the names of bodies and units by key, with the profile's patterns spelled out for every place."""

    def __init__(self, profile: Path) -> None:
        with (profile / "divisions.csv").open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if not row.get("valid_to")]
        self.divisions = {row["code"]: row["name"] for row in rows}
        self._short = {row["code"]: row.get("short") or row["name"] for row in rows}
        self.counties = [row["code"] for row in rows if row["level"] == "county"]
        self.names: dict[str, str] = {}
        self.towns: dict[str, list[Town]] = {}
        for file, kind in (("bodies.yaml", "bodies"), ("units.yaml", "units")):
            content = _yaml(profile / file)
            for row in content.get(kind, ()):
                self._add(row, {})
            for code in self.divisions:
                level = "county" if code in self.counties else "prefecture"
                for row in content.get(f"{level}_{kind}", ()) if code[2:] != "0000" else ():
                    self._add(row, self._words(code))

    def full(self, code: str) -> str:
        """``湖南省长沙市岳麓区``."""
        codes = (code[:2] + "0000", code[:4] + "00", code)
        return "".join(self.divisions.get(c, "") for c in dict.fromkeys(codes))

    def _words(self, code: str) -> Mapping[str, str]:
        parent = code[:4] + "00" if code[4:] != "00" else code[:2] + "0000"
        return {
            "code": code,
            "name": self.divisions[code],
            "short": self._short[code],
            "parent": self.divisions[parent],
            "parent_code": parent,
        }

    def _add(self, row: Mapping[str, Any], words: Mapping[str, str]) -> None:
        district = words.get("name", "").endswith("区")
        pattern = row.get("name_district", row["name"]) if district else row["name"]
        key, name = str(row["key"]), str(pattern)
        if words:
            key, name = key.format(**words), name.format(**words)
        self.names[key] = name
        if row.get("kind") == "police_station":
            self.towns.setdefault(key[:6], []).append(Town(str(row.get("town", "城区")), key, name))


def _yaml(file: Path) -> Mapping[str, Any]:
    if not file.exists():
        return {}
    content: Mapping[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return content
