"""The cast become known: people and companies get a party, the rest of the province only when somebody meets them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xiang.foundation.ground import instant
from xiang.foundation.parties import operations as parties
from xiang.foundation.parties.actors import SYSTEM
from xiang.foundation.parties.models import Party, Scheme
from xiang.foundation.parties.operations import PersonFacts
from xiang.portal.province.cast import Cast, Employer, Family, Member, load

# In the order of GB/T 3304, 01 to 56.
_PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇"
    " 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京"
    " 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
_CODES = {f"{name}族": f"{place:02d}" for place, name in enumerate(_PEOPLES.split(), 1)}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many were made now; those made before stay as they are."""

    people: int = 0
    companies: int = 0


def enrol_cast(profile: Path) -> Enrolled:
    """Make the parties of the cast that are not there yet. Running it again changes nothing."""
    cast = load(profile)
    known = {party.demo_key: party for party in Party.objects.exclude(demo_key="")}
    people = 0
    for family in cast.families:
        fresh = [member for member in family.members if member.key not in known]
        known |= {member.key: _enrol_person(member, family) for member in fresh}
        people += len(fresh)
        if fresh:
            _guard(family, known)
    return Enrolled(people, _enrol_companies(cast, known))


def _enrol_person(member: Member, family: Family) -> Party:
    said = member.said
    home = family.homes.get(said["home"], {})
    lives = family.homes.get(said.get("lives", said["home"]), home)
    registered = not (member.passport or said.get("outside"))
    facts = PersonFacts(
        sex=member.sex,
        birth_date=member.born,
        ethnicity="" if member.passport else _CODES[said.get("ethnicity", "汉族")],
        nationality=said.get("nationality", "CHN"),
        division_code=str(home.get("division", "")) if registered else "",
        residence_code=str(lives.get("division", "")),
    )
    scheme = Scheme.PASSPORT if member.passport else Scheme.RESIDENT_ID
    return parties.enrol_person(
        SYSTEM,
        name=member.name,
        facts=facts,
        identifiers=[(scheme, member.number)],
        phone=member.phone if member.account else "",
        demo_key=member.key,
    )


def _guard(family: Family, known: dict[str, Party]) -> None:
    """Parents are the guardians of those who are not of age (民法典 art. 27)."""
    for member in family.members:
        if (instant.today() - member.born).days < 18 * 365:
            for parent in (member.said.get("mother"), member.said.get("father")):
                if parent:
                    parties.record_guardianship(
                        SYSTEM, guardian=known[parent], ward=known[member.key], valid_from=member.born
                    )


def _enrol_companies(cast: Cast, known: dict[str, Party]) -> int:
    made = 0
    for key, company in cast.companies.items():
        if key not in known:
            _enrol_company(company, cast, known)
            made += 1
    return made


def _enrol_company(company: Employer, cast: Cast, known: dict[str, Party]) -> Party:
    said = company.said
    family = next(f for f in cast.families if f.key == company.family)
    return parties.enrol_legal_person(
        SYSTEM,
        name=company.name,
        uscc=company.uscc,
        form=said.get("kind", "有限责任公司"),
        representative=known[said["owner"]],
        established=said.get("established"),
        division_code=str(family.homes[said["home"]]["division"]),
        demo_key=company.key,
    )
