"""``check`` reads numbers out; ``demo_accounts`` makes the demonstration's accounts from the profile."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from xiang.foundation.ground.errors import Refused
from xiang.foundation.parties import demo, operations, queries
from xiang.foundation.parties.models import Account, Body, Delegation, Party, Staff, Unit
from xiang.foundation.parties.tests.cast import SYSTEM, Cast, divisions

pytestmark = pytest.mark.django_db
PROFILE = """
password: xiang-demo
accounts:
  - {username: liuyun, group: resident, name: 刘芸, title: 妈妈, person: liu_yun}
  - {username: absent, group: resident, name: 没有, title: 没有这个人, person: nobody}
  - {username: linyiming, group: business, name: 林一鸣, title: 经办人, person: lin_yiming}
  - username: police.decider
    group: staff
    name: 何志刚
    title: 望月湖派出所
    body: "430104.police"
    posts: [{unit: 430104.police.wangyuehu, roles: [decider, head]}]
  - {username: admin.system, group: staff, name: 白一, title: 系统管理员, body: "430104.police", administration: system}
  - {username: lost, group: staff, name: 白二, title: 没有机关, body: nowhere}
delegations:
  - {principal: xinghe, agent: lin_yiming, items: [company_change]}
"""
CAST = """
families:
  - {key: twins, title: 双胞胎, people: {deng_yaqi: {name: 邓雅琪, account: dengyaqi}, other: {name: 没有账号}}}
"""


@pytest.fixture
def province(cast: Cast, tmp_path: Path, settings: object) -> Path:
    (tmp_path / "demo.yaml").write_text(PROFILE)
    (tmp_path / "cast.yaml").write_text(CAST)
    settings.PROFILE_DIR = tmp_path  # type: ignore[attr-defined]
    for party, key in ((cast.mother, "liu_yun"), (cast.agent, "lin_yiming"), (cast.company, "xinghe")):
        Party.objects.filter(id=party.id).update(demo_key=key)
    Party.objects.filter(id=cast.father.id).update(demo_key="deng_yaqi")
    return tmp_path


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_check_prints_the_parts_as_json() -> None:
    found = json.loads(run("check", "id", "11010519491231002X", "--json"))
    assert found["valid"] and found["parts"]["birth_date"] == "1949-12-31" and found["warnings"] == []


def test_check_fails_with_a_stable_code() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("check", "uscc", "11430000006122244M", "--json", stdout=out)
    assert left.value.code == 1 and json.loads(out.getvalue())["errors"][0]["code"] == "uscc_check"


def test_check_knows_the_divisions_that_are_kept() -> None:
    divisions()
    assert run("check", "division", "430104").startswith("valid  430104")
    assert "division_unknown" in run("check", "division", "430199")
    operations.retire_division(SYSTEM, "430105", successor="430104")
    assert "division_historic" in run("check", "division", "430105")


def test_check_without_a_kind_is_the_installations_check() -> None:
    assert "no issues" in run("check", "--tag", "models")
    with pytest.raises(CommandError):
        run("check", "id")


def test_demo_accounts_are_made_from_the_profile_once(province: Path) -> None:
    printed = json.loads(run("demo_accounts", "--json"))
    made = [account["username"] for account in printed["accounts"]]
    assert made == ["liuyun", "linyiming", "police.decider", "admin.system", "dengyaqi"]
    assert {row["username"] for row in printed["missing"]} == {"absent", "lost"}
    before = (Account.objects.count(), Staff.objects.count(), Delegation.objects.count(), Party.objects.count())
    run("demo_accounts")
    assert before == (
        Account.objects.count(), Staff.objects.count(), Delegation.objects.count(), Party.objects.count()
    )  # fmt: skip
    assert Account.objects.get(username="admin.system").administration == "system"


def test_in_short_those_to_begin_with_are_named_and_the_others_counted(province: Path) -> None:
    said = run("demo_accounts", "--short")
    assert "liuyun" in said and "police.decider" not in said
    assert "工作人员 2 个" in said and "xiang-demo" in said


def test_a_revoked_demonstration_delegation_stays_revoked(province: Path, cast: Cast) -> None:
    demo.prepare()
    operations.revoke_delegation(SYSTEM, Delegation.objects.get())
    demo.prepare()
    assert queries.acting_rights(cast.agent.id) == []


def test_the_sign_in_page_lists_them_by_group(province: Path, client: Client) -> None:
    demo.prepare()
    page = client.get("/accounts/login/?next=/me/").content.decode()
    for words in ("居民", "企业", "工作人员", "何志刚", "更多情形", "邓雅琪"):
        assert words in page
    assert 'name="next" value="/me/"' in page and "没有这个人" not in page


def test_nothing_is_made_outside_a_demonstration(province: Path, settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        demo.prepare()


def test_the_profiles_own_cast_names_bodies_units_and_people_that_exist() -> None:
    """The shipped files fit together: every key that demo.yaml names is written in the other files of the profile."""
    from django.conf import settings

    folder = settings.PROFILE_DIR
    if not (folder / "demo.yaml").exists() or not (folder / "cast.yaml").exists():
        pytest.skip("the profile has no demonstration")
    cast = demo.read_cast()
    people = (folder / "cast.yaml").read_text()
    suffixes = {account.body.split(".", 1)[-1] for account in cast.accounts if account.body}
    bodies, units = (folder / "bodies.yaml").read_text(), (folder / "units.yaml").read_text()
    assert all(f".{suffix}" in bodies for suffix in suffixes)
    for account in cast.accounts:
        assert not account.person or f"{account.person}:" in people, account.username
        for post in account.posts:
            assert post.unit in units or f"{{code}}.{post.unit.split('.', 1)[1]}" in units, post.unit
    assert len({account.username for account in cast.accounts}) == len(cast.accounts)
    assert Body.objects.count() == Unit.objects.count() == 0
