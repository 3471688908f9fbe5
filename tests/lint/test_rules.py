"""The house rules: each is shown a file that breaks it beside one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.lint.__main__ import ROOT, findings
from tools.lint.floors import Floors

CONTRACTS = """
[[tool.importlinter.contracts]]
type = "layers"
containers = ["xiang"]
layers = ["portal", "services", "foundation"]

[[tool.importlinter.contracts]]
type = "layers"
containers = ["xiang.foundation"]
layers = ["cases", "documents | notices", "pages"]
"""
CASES = "src/xiang/foundation/cases"


class House:
    """A small project to break rules in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("launcher", "tools", "bench", "tests"):
            (root / folder).mkdir()
        (root / "pyproject.toml").write_text(CONTRACTS)
        for room in ("foundation/cases", "foundation/documents", "foundation/pages", "services/items"):
            self.write(f"src/xiang/{room}/apps.py", "")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def codes(self) -> list[str]:
        return [each.code for each in findings(self.root) if each.code != "stale-exception"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "case.save()",
        "case.save(update_fields=['state'])",
        "Case.objects.create(number='1')",
        "Case.objects.create(*values)",
        "case.events.create(kind='a')",
        "Case.objects.filter(open=True).update(open=False)",
        "rows.delete()",
        "Case.objects.bulk_create(rows)",
        "Case.objects.get_or_create(number='1')",
        "await case.asave()",
    ],
)
def test_a_write_belongs_to_operations(house: House, line: str) -> None:
    body = f"async def do(case, rows, values, Case):\n    {line}\n"
    house.write(f"{CASES}/views.py", body)
    house.write(f"{CASES}/operations.py", body)
    house.write(f"{CASES}/operations/closing.py", body)
    house.write(f"{CASES}/tests/test_views.py", body)
    house.write(f"{CASES}/migrations/0001_initial.py", body)
    assert [(each.file, each.code) for each in findings(house.root) if each.code != "stale-exception"] == [
        (f"{CASES}/views.py", "write-outside-operations")
    ]


@pytest.mark.parametrize(
    "line",
    ["seen.update({'a': 1})", "digest.update(b'x')", "image.save(out, 'PNG')", "cache.delete('key')", "key.create(1)"],
)
def test_verbs_of_dictionaries_hashes_and_files_are_no_writes(house: House, line: str) -> None:
    house.write(f"{CASES}/views.py", line)
    assert house.codes() == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("class CaseAdmin(admin.ModelAdmin): ...", ["plain-admin"]),
        ("class CaseAdmin(ModelAdmin[Case]): ...", ["plain-admin"]),
        ("admin.site.register(Case)", ["plain-admin"]),
        ("class CaseAdmin(OperationAdmin): ...\nadmin.site.register(Case, CaseAdmin)", []),
    ],
)
def test_configuration_screens_inherit_operation_admin(house: House, text: str, codes: list[str]) -> None:
    house.write(f"{CASES}/admin.py", text)
    assert house.codes() == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("datetime.now(UTC)", ["own-clock"]),
        ("datetime.datetime.utcnow()", ["own-clock"]),
        ("default = timezone.now", ["own-clock"]),
        ("date.today()", ["own-clock"]),
        ("at = models.DateTimeField(auto_now_add=True)", ["own-clock"]),
        ("instant.now()", []),
        ("instant.today()", []),
    ],
)
def test_only_the_ground_asks_the_clock(house: House, text: str, codes: list[str]) -> None:
    house.write(f"{CASES}/queries.py", text)
    assert house.codes() == codes


@pytest.mark.parametrize(
    ("name", "codes"),
    [(f"{CASES}/utils.py", ["vague-name"]), (f"{CASES}/common/a.py", ["vague-name"]), (f"{CASES}/clocks.py", [])],
)
def test_a_module_is_named_after_what_it_knows(house: House, name: str, codes: list[str]) -> None:
    house.write(name, "")
    assert house.codes() == codes


@pytest.mark.parametrize(
    ("docstring", "codes"),
    [("", ["no-docstring"]), ('"""Cases."""', ["thin-docstring"]), ('"""Cases.\n\nWho.\nLaw.\n"""', [])],
)
def test_a_room_says_what_it_is_for(house: House, docstring: str, codes: list[str]) -> None:
    house.write(f"{CASES}/__init__.py", docstring)
    assert house.codes() == codes


def test_a_file_of_more_than_400_lines_is_two(house: House) -> None:
    house.write(f"{CASES}/models.py", "a = 1\n" * 400)
    assert house.codes() == []
    house.write(f"{CASES}/models.py", "a = 1\n" * 401)
    assert house.codes() == ["long-file"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("from xiang.foundation.documents import views", ["behind-the-face"]),
        ("from xiang.foundation.documents.views import page", ["behind-the-face"]),
        ("import xiang.foundation.documents.admin", ["behind-the-face"]),
        ("from xiang.foundation.documents._drawing import line", ["behind-the-face"]),
        ("from xiang.foundation.documents import operations, queries, models", []),
        ("from xiang.foundation.cases.views import inbox", []),
        ("from xiang.foundation.pages.admin import OperationAdmin", []),
    ],
)
def test_of_another_room_only_the_face_is_used(house: House, text: str, codes: list[str]) -> None:
    house.write(f"{CASES}/measures.py", text)
    assert house.codes() == codes


@pytest.mark.parametrize(
    ("user", "used", "codes"),
    [
        ("foundation/cases", "foundation/pages", []),
        ("foundation/cases", "foundation/cases", []),
        ("services/items", "foundation/cases", []),
        ("foundation/pages", "foundation/cases", ["template-upward"]),
        ("foundation/cases", "services/items", ["template-upward"]),
    ],
)
@pytest.mark.parametrize("verb", ["extends", "include"])
def test_a_template_uses_only_what_its_room_may_import(
    house: House, user: str, used: str, codes: list[str], verb: str
) -> None:
    house.write(f"src/xiang/{used}/templates/{used}/base.html", "")
    house.write(f"src/xiang/{user}/templates/{user}/page.html", f'{{% {verb} "{used}/base.html" %}}')
    assert house.codes() == codes


def test_rooms_side_by_side_never_use_each_other(house: House) -> None:
    floors = Floors.read(house.root)
    assert not floors.may_use(("foundation", "documents"), ("foundation", "notices"))
    assert not floors.may_use(("foundation", "notices"), ("foundation", "documents"))


def test_every_floor_of_the_project_is_in_the_contracts() -> None:
    layers = Floors.read(ROOT).layers
    floors = {path.parent.name for path in (ROOT / "src" / "xiang").glob("*/__init__.py")}
    assert floors == {name for layer in layers["xiang"] for name in layer}


def test_the_picture_of_the_floors_shows_every_room_of_the_contracts() -> None:
    picture = (ROOT / "docs" / "floors.svg").read_text()
    named = {name for layers in Floors.read(ROOT).layers.values() for layer in layers for name in layer}
    assert {name for name in named if f">{name}<" not in picture} == set()
