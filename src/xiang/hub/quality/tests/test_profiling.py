from __future__ import annotations

from pathlib import Path

from xiang.foundation.parties.identity import id_check_character
from xiang.hub.quality.engine import addresses, profiling, rules, running


def people(file: Path, count: int = 400) -> Path:
    """People with sound numbers, of whom the tenth has a wrong one and the twentieth no sex."""
    lines = ["idno,name,sex,phone,born,amount"]
    for n in range(count):
        head = f"430104{1950 + n % 50}0{1 + n % 9}1{n % 10}{n % 1000:03}"
        number = head + id_check_character(head) if n % 20 else head + "Y"
        lines.append(
            f"{number},人{n % 7},{'' if n == 20 else 1 + n % 2},13{n:09},{1950 + n % 50}年1月{1 + n % 28}日,{n}.5"
        )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_profile_knows_forms_keys_and_short_lists(tmp_path: Path):
    found = {
        column.name: column for column in profiling.profile(addresses.parse(str(people(tmp_path / "p.csv")))).columns
    }
    forms = {name: column.form for name, column in found.items()}
    assert forms["idno"] == "identity"
    assert forms["phone"] == "phone"
    assert forms["born"] == "date"
    assert forms["amount"] == "decimal"
    assert found["phone"].unique
    assert found["sex"].values == ("1", "2")
    assert found["sex"].filled < 1


def test_suggested_rules_can_be_used_at_once_and_find_the_faults(tmp_path: Path):
    file = people(tmp_path / "p.csv")
    text = profiling.as_yaml(profiling.suggest(profiling.profile(addresses.parse(str(file)))))
    outcome = running.run(running.Job(addresses.parse(str(file)), rules.parse(text)))
    failed = {(result.rule.kind, result.rule.columns): result.failed for result in outcome.results}
    assert failed[("identity", ("idno",))] == 20
    assert failed[("required", ("sex",))] == 1
    assert failed[("dictionary", ("sex",))] == 0
    assert failed[("type", ("born",))] == 0
    assert failed[("unique", ("phone",))] == 0


def test_an_empty_table_has_a_profile_and_rules(tmp_path: Path):
    (tmp_path / "e.csv").write_text("a,b\n")
    rules.build(profiling.suggest(profiling.profile(addresses.parse(str(tmp_path / "e.csv")))))
