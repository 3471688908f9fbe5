"""The section of documents: what a template may say, and what it must."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from xiang.foundation.cases import procedures
from xiang.foundation.documents import operations
from xiang.foundation.documents.models import Template
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.operations import load_profile
from xiang.foundation.publishing.wiring.documents import DOCUMENTS

from .cast import write

pytestmark = pytest.mark.django_db

GOOD = """
    - key: refusal_decision
      title: 不予决定书
      numbering: "{body}不准字〔{year}〕第{serial:05d}号"
      paragraphs: ["{item}（{number}）：{reason}"]
      basis: "{basis}"
      remedy: 可以申请行政复议。
    """


def load(folder: Path, text: str) -> list[str]:
    with profile.isolated(DOCUMENTS):
        return [problem.code for problem in load_profile(write(folder, documents__yaml=text)).problems]


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ("{number}）", "{number）", "braces_unmatched"),
        ("{reason}", "{reason.__class__}", "placeholder_form"),
        ("{serial:05d}", "1", "number_not_unique"),
        ("{body}不准", "{item}不准", "placeholder_unknown"),
        ("      remedy: 可以申请行政复议。\n", "", "remedy_missing"),
    ],
)
def test_a_template_that_would_fail_later_is_refused_when_loading(tmp_path, was, now, code):
    assert was in GOOD
    assert code in load(tmp_path / "hn", GOOD.replace(was, now))
    assert not Template.objects.exists()


def test_loading_twice_changes_nothing_and_a_local_edit_is_not_overwritten(tmp_path):
    with profile.isolated(DOCUMENTS):
        folder = write(tmp_path / "hn", documents__yaml=GOOD)
        assert load_profile(folder).ok
        assert load_profile(folder, force=True).touched == 0
        template = Template.objects.get()
        operations.put_template(template.kind, template.title, template.numbering, ["改过的。"], "", template.remedy)
        write(tmp_path / "hn", documents__yaml=GOOD.replace("不予决定书", "不予许可决定书"))
        load_profile(folder)
    assert Template.objects.get().paragraphs == ["改过的。"]


def test_every_document_that_an_edge_issues_has_a_template_in_the_profile():
    with profile.isolated(DOCUMENTS):
        assert load_profile(settings.ROOT / "profiles" / "hunan").ok
    known = set(Template.objects.values_list("kind", flat=True))
    for key in procedures.known_keys():
        for edge in procedures.get(key).transitions:
            assert not edge.document or edge.document in known, f"{key}.{edge.name}"
