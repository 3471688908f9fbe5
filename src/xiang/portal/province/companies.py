"""Companies, shops and their agents in the market register and at the tax office."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from xiang.portal.province import numbers
from xiang.portal.province.people import Calendar, Person
from xiang.portal.province.places import Home
from xiang.portal.province.writing import Sources

_MARKS = "星禾云杉橘洲麓山沅澧湘禾青竹同泰嘉禾瑞丰恒达德盛联创博远启航锦程安和永信宏图"
_TRADES = (
    ("机械制造", "3599", "通用零部件制造；机械设备销售"),
    ("信息技术", "6510", "软件开发；信息系统集成服务"),
    ("食品", "1399", "食品生产；食品销售"),
    ("商贸", "5299", "日用百货销售；食品销售（仅销售预包装食品）"),
    ("建筑工程", "4700", "建设工程施工；建筑材料销售"),
    ("物流", "5430", "道路货物运输；普通货物仓储服务"),
    ("农业发展", "0190", "农产品种植；农产品初加工"),
    ("文化传媒", "8710", "组织文化艺术交流活动；广告制作"),
)
_KITCHENS = ("米粉店", "土菜馆", "小吃店", "餐饮店", "茶饮店")
_KEPT = 3000


@dataclass(frozen=True, slots=True)
class Company:
    """A company or a self-employed shop as the market register holds it."""

    uscc: str
    name: str
    owner: Person
    home: Home
    kind: str = "有限责任公司（自然人独资）"
    capital_fen: int = 100_000_000
    established: int = 0
    scope: str = ""
    industry: str = "5299"
    employees: int = 3
    licence: bool = False


class Market:
    """Founds companies and remembers some as employers."""

    def __init__(self, out: Sources, calendar: Calendar, chance: Random) -> None:
        self._calendar = calendar
        self._draw = chance.random
        self._companies = out.rows("market", "companies")
        self._shareholders = out.rows("market", "shareholders")
        self._licences = out.rows("market", "food_licences")
        self._agents = out.rows("market", "agents")
        self._taxpayers = out.rows("tax", "taxpayer")
        self._serial = 0
        self._employers: list[tuple[str, str]] = [
            (f"湖南{_MARKS[2 * n : 2 * n + 2]}{trade[0]}有限公司", numbers.uscc(900_000_000 + n))
            for n, trade in enumerate(_TRADES)
        ]
        self._first_employers = len(self._employers)

    def employer(self) -> tuple[str, str]:
        """Name and code of somewhere to work."""
        return self._employers[int(self._draw() * len(self._employers))]

    def found(self, owner: Person, home: Home) -> Company:
        """A new company of somebody, three in ten self-employed shops, some of them kitchens."""
        draw = self._draw
        self._serial += 1
        city = home.county.name.removesuffix("市").removesuffix("区").removesuffix("县") or home.county.name
        first = int(draw() * (len(_MARKS) - 1))
        mark = _MARKS[first] + _MARKS[int(draw() * len(_MARKS))]
        age = (self._calendar.today - owner.born) // 365
        established = self._calendar.today - int(draw() * min(age - 18, 20) * 360)
        if draw() < 0.3:
            kitchen = draw() < 0.5
            trade = _KITCHENS[self._serial % 5] if kitchen else "便利店"
            company = Company(
                numbers.uscc(self._serial, kind="92"), f"{city}{mark}{trade}", owner, home, "个体工商户", 5_000_000,
                established, "餐饮服务" if kitchen else "食品销售；日用百货销售", "6210" if kitchen else "5212",
                1 + int(draw() * 4), kitchen,
            )  # fmt: skip
        else:
            trade, industry, scope = _TRADES[int(draw() * 8)]
            company = Company(
                numbers.uscc(self._serial), f"{city}{mark}{trade}有限公司", owner, home,
                capital_fen=50_000_000 * (1 + int(draw() * 20)), established=established, scope=scope,
                industry=industry, employees=2 + int(draw() * 60),
            )  # fmt: skip
        self.enter(company)
        return company

    def enter(self, company: Company, partners: tuple[tuple[Person, int], ...] = ()) -> None:
        """The rows of one company."""
        calendar, home, owner = self._calendar, company.home, company.owner
        shop = company.kind == "个体工商户"
        active = bool(partners) or self._draw() < 0.96
        established = calendar.text(company.established)
        term = "" if shop else calendar.text(min(company.established + 30 * 365, calendar.today + 4999))
        self._companies(
            (company.uscc, company.name, company.kind, owner.name, owner.number, company.capital_fen, "CNY",
             established, term, home.county.registrar,
             "active" if active else "cancelled", home.address, home.county.code, company.scope, company.industry,
             company.employees, calendar.stamp)
        )  # fmt: skip
        for person, share in partners or ((owner, company.capital_fen),):
            self._shareholders(
                (company.uscc, person.name, person.number, share, calendar.text(calendar.today + 900), calendar.stamp)
            )
        self._taxpayers(
            (company.uscc, company.name, "normal" if active else "cleared", "ABBBM"[self._serial % 5], 0, 0,
             home.county.tax_office, calendar.stamp)
        )  # fmt: skip
        if company.licence:
            issued = min(company.established + 20, calendar.today)
            self._licences(
                (f"JY299{home.county.code[2:]}{self._serial:07d}", company.uscc, company.name, home.address,
                 "餐饮服务经营者", "热食类食品制售", calendar.text(issued), calendar.text(issued + 5 * 365 - 1),
                 "valid" if issued + 5 * 365 > calendar.today else "expired", calendar.stamp)
            )  # fmt: skip
        if active and not shop:
            self._remember((company.name, company.uscc))

    def _remember(self, employer: tuple[str, str]) -> None:
        if len(self._employers) < _KEPT:
            self._employers.append(employer)
        else:
            self._employers[self._first_employers + self._serial % (_KEPT - self._first_employers)] = employer

    def appoint_agent(self, company: Company, agent: Person, scope: str) -> None:
        """An agent (经办人) of a company for named matters."""
        since = self._calendar.text(self._calendar.today - 30)
        self._agents((company.uscc, agent.name, agent.number, agent.phone, scope, since))
