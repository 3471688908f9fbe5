from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.plugins import registry
from xiang.foundation.plugins.checks import check_plugins
from xiang.foundation.plugins.registry import ConfigProblem, Plugin, Registry, parse_choices


class Courier(Plugin):
    title = "快递"

    def __init__(self, key: str, *problems: ConfigProblem, demo: bool = False) -> None:
        self.key, self.problems, self.demo = key, problems, demo

    def check_config(self) -> list[ConfigProblem]:
        return list(self.problems)


@pytest.fixture(autouse=True)
def _own_registries(monkeypatch, settings):
    monkeypatch.setattr(registry, "_registries", {})
    settings.PLUGINS = {}
    settings.DEMO = True


@pytest.fixture
def couriers() -> Registry[Courier]:
    return Registry("courier", "快递")


def test_the_only_plugin_is_at_work_without_being_chosen(couriers):
    ems = couriers.register(Courier("ems"))
    assert couriers.active() is ems


def test_among_several_the_installation_chooses(couriers, settings):
    couriers.register(Courier("ems"))
    sf = couriers.register(Courier("sf"))
    with pytest.raises(Unavailable, match="plugin_not_chosen"):
        couriers.active()
    settings.PLUGINS = {"courier": "sf"}
    assert couriers.active() is sf
    settings.PLUGINS = {"courier": "gone"}
    with pytest.raises(Unavailable, match="plugin_missing"):
        couriers.active()


def test_a_key_and_a_purpose_are_taken_once(couriers):
    couriers.register(Courier("ems"))
    couriers.register(Courier("ems"))  # the same class again: a reload

    class Other(Courier):
        pass

    with pytest.raises(ValueError, match="ems"):
        couriers.register(Other("ems"))
    with pytest.raises(ValueError, match="courier"):
        Registry("courier")


def test_checks_name_what_is_missing_and_how_to_mend_it(couriers, settings):
    assert [found.id for found in check_plugins()] == ["plugins.W001"]
    couriers.register(Courier("ems", ConfigProblem("no_account", "没有填客户编码", "设置 XIANG_EMS_ACCOUNT")))
    (found,) = check_plugins()
    assert (found.id, found.hint) == ("plugins.E002", "设置 XIANG_EMS_ACCOUNT")
    settings.PLUGINS = {"courier": "gone"}
    assert [found.id for found in check_plugins()] == ["plugins.E001"]


def test_a_pretence_is_named_outside_a_demonstration(couriers, settings):
    couriers.register(Courier("demo", demo=True))
    assert check_plugins() == []
    settings.DEMO = False
    assert [found.id for found in check_plugins()] == ["plugins.W002"]


def test_the_command_lists_every_plugin_with_its_state(couriers):
    couriers.register(Courier("demo", demo=True))
    out = StringIO()
    call_command("plugins", stdout=out)
    assert "● courier" in out.getvalue()
    assert "在用 演示" in out.getvalue()


def test_the_command_fails_when_a_plugin_at_work_lacks_something(couriers):
    couriers.register(Courier("ems", ConfigProblem("no_account", "没有填客户编码")))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("plugins", "--json", stdout=out)
    assert json.loads(out.getvalue())["plugins"][0]["problems"][0]["code"] == "no_account"


def test_choices_are_read_from_one_line_and_refused_when_odd():
    assert parse_choices(" sms=demo, payment = bank ,") == {"sms": "demo", "payment": "bank"}
    with pytest.raises(ValueError, match="purpose=plugin"):
        parse_choices("sms")
