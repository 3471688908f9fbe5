from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from xiang.foundation.measures import queries as measures
from xiang.foundation.notices import queries as notices
from xiang.foundation.publishing.profile.rows import Row, digest_of
from xiang.foundation.publishing.wiring.measures import TARGETS
from xiang.foundation.publishing.wiring.notices import NOTICES

pytestmark = pytest.mark.django_db


def rows(section, file: str) -> list[Row]:
    from ruamel.yaml import YAML

    path: Path = settings.PROFILE_DIR / file
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    plain = [{n: v.isoformat() if isinstance(v, date) else v for n, v in entry.items()} for entry in content]
    return [Row(section.kind, section.key_of(entry), file, 1, entry) for entry in plain]


def test_every_notice_of_the_profile_holds_and_comes_back_as_it_was_written():
    for row in rows(NOTICES, "notices.yaml"):
        assert list(NOTICES.validate(row, None)) == []
        NOTICES.apply(row, None)
        assert digest_of(NOTICES.contents([row.key])[row.key]) == row.digest, row.key
    assert notices.templates().filter(kind="case.accept", category="decision").exists()
    NOTICES.retire("case.accept", None)
    assert not notices.templates().filter(kind="case.accept").exists()


def test_a_notice_that_is_wrong_is_named_with_its_field():
    written = {"key": "a.b", "category": "todo", "title": "{Item", "sms": "字" * 71}
    wrong = Row("notices", "a.b", "notices.yaml", 7, written)
    assert [problem.code for problem in NOTICES.validate(wrong, None)] == ["braces", "sms_long"]


def test_a_target_holds_from_its_day_on():
    for row in rows(TARGETS, "measures.yaml"):
        assert list(TARGETS.validate(row, None)) == []
        TARGETS.apply(row, None)
    assert measures.target("cases.online", date(2026, 1, 1)) == Decimal(90)
    (key,) = [row.key for row in rows(TARGETS, "measures.yaml") if row.data["measure"] == "cases.online"]
    TARGETS.retire(key, None)
    assert not measures.targets().filter(measure="cases.online").exists()
