from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.search import documents, index, operations, queries, synonyms
from xiang.foundation.search.documents import STAFF, SearchDocument
from xiang.foundation.search.models import Change

pytestmark = pytest.mark.django_db

SAYINGS = """
- {key: a, kind: guide, say: [上户口, 落户], to: [birth_registration]}
- {key: b, kind: guide, say: [开饭店], to: [food]}
- {key: c, kind: synonym, say: [户口簿, 户口本]}
"""


def item(key: str, title: str, text: str = "", **more) -> SearchDocument:
    return SearchDocument(key, "item", title, text, f"/items/{key}/", **more)


ROWS = [
    item("birth_registration", "国（境）内出生登记", "新生儿申报常住户口登记，由户口所在地派出所办理。"),
    item("reissue", "户口簿换领、补领", "居民户口簿损坏或者遗失的，可以换领、补领。"),
    item("birth", "新生儿出生一件事", "出生医学证明、出生登记、参保、社会保障卡一次办。", boost=3),
    item("food", "食品经营许可（新办）", "从事食品销售、餐饮服务的，依法取得食品经营许可。"),
    item("fund", "住房公积金提取", "租房、购房、离退休提取住房公积金。", division="430100"),
    item("fund_zz", "株洲住房公积金提取", "租房提取。", division="430200"),
    item("town", "望月湖街道办事大厅", "周一至周五办公。", division="430104"),
    item("manual", "受理人员手册", "出生登记的审查要点。", audience=STAFF),
]


@pytest.fixture(autouse=True)
def _own_index(tmp_path: Path, settings, monkeypatch):
    settings.DATA = tmp_path
    settings.PROFILE_DIR = tmp_path
    (tmp_path / "search.yaml").write_text(SAYINGS, encoding="utf-8")
    monkeypatch.setattr(documents, "_kinds", {})


@pytest.fixture
def rows() -> dict[str, SearchDocument]:
    return {row.key: row for row in ROWS}


@pytest.fixture
def indexed(rows):
    documents.register("item", "办事", lambda keys: [rows[key] for key in rows if keys is None or key in keys])
    index.rebuild()
    return rows


def keys(text: str, **more) -> list[str]:
    return [hit.key for hit in queries.search(text, **more).hits]


def test_before_the_first_index_searching_says_that_it_is_getting_ready():
    with pytest.raises(Unavailable, match="search_not_ready"):
        queries.search("户口")


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("给孩子上户口", "birth_registration"),
        ("怎么落户？", "birth_registration"),
        ("开饭店", "food"),
        ("食品经营许可证怎么办理", "food"),
        ("户口簿", "reissue"),
        ("户口本丢了", "reissue"),
        ("公积金", "fund"),
        ("籴", None),
        ("餐饮服务", "food"),
        ("出生登记", "birth_registration"),
        ("ＧＪＪ", "fund"),
    ],
)
def test_a_question_finds_what_was_meant(indexed, question, first):
    found = keys(question)
    assert (found[0] if found else None) == first


def test_a_single_character_and_a_run_across_words_are_found(indexed):
    assert "birth" in keys("儿")
    assert keys("境）内出生")[0] == "birth_registration"


def test_a_boosted_document_comes_first_among_equals(indexed):
    assert keys("新生儿")[0] == "birth"


def test_what_holds_elsewhere_is_not_shown(indexed):
    assert keys("公积金", division="430104") == ["fund"]
    assert keys("公积金", division="430200") == ["fund_zz"]
    assert keys("望月湖", division="430100") == ["town"]
    assert keys("望月湖", division="430200") == []


def test_officers_papers_are_for_officers(indexed):
    assert keys("手册") == []
    assert keys("手册", audiences=["public", "staff"]) == ["manual"]
    assert keys("手册", kinds=["news"], audiences=["staff"]) == []


def test_what_was_met_is_marked_in_title_and_snippet(indexed):
    hit = next(hit for hit in queries.search("公积金租房").hits if hit.key == "fund")
    assert "".join(piece.text for piece in hit.title_pieces) == hit.title
    assert [piece.text for piece in hit.title_pieces if piece.hit] == ["公积金"]
    assert "租房" in [piece.text for piece in hit.snippet if piece.hit]


def test_a_long_text_is_cut_around_the_first_mark():
    pieces = queries.snippet("前" * 200 + "公积金" + "后" * 200, ["公积金"])
    whole = "".join(piece.text for piece in pieces)
    assert whole.startswith("…前")
    assert whole.endswith("后…")
    assert len(whole) == queries.WINDOW + 2


@pytest.mark.parametrize("typed", ["新生", "出生一", "xsecs", "xinsheng", "XinSheng", "一件"])
def test_suggestions_come_from_any_word_on_and_from_pinyin(indexed, typed):
    assert "birth" in [hit.key for hit in queries.suggest(typed)]


def test_suggestions_know_how_people_say_it(indexed):
    assert [hit.key for hit in queries.suggest("上户")] == ["birth_registration"]
    assert queries.suggest("  ") == []


def test_nothing_found_helps_with_the_closest_titles(indexed):
    found = queries.search("积公")
    assert found.total == 0
    assert {hit.key for hit in found.near} == {"fund", "fund_zz"}


def test_pages_are_stable_and_end(indexed):
    index.put(item(f"n{n}", f"老年人优待证 {n:02}") for n in range(25))
    seen = [key for number in (1, 2, 3) for key in keys("优待证", page=number)]
    assert len(set(seen)) == 25
    assert queries.search("优待证").pages == 3


def test_identity_and_phone_numbers_are_never_indexed_nor_shown(indexed):
    canary, phone = "430102199001011237", "13800138000"
    index.put([item("slip", f"笔误 {canary}", f"联系 {phone}，证号{canary}。电话 12345。")])
    for number in (canary, phone):
        assert keys(number) == []
        assert queries.suggest(number) == []
    for file in index.folder().rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert canary.encode() not in data
            assert phone.encode() not in data
    assert keys("12345") == ["slip"]


def test_a_change_reaches_the_index_by_the_worker(indexed):
    indexed["new"] = item("new", "高龄津贴申领")
    del indexed["food"]
    with transaction.atomic():
        operations.changed("item", "new", "food")
    assert keys("高龄津贴") == []
    assert operations.bring_in() == 2
    assert keys("高龄津贴") == ["new"]
    assert keys("食品经营") == []
    assert not Change.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        operations.changed("item", "x")


def test_the_worker_builds_the_first_index_by_itself(rows):
    documents.register("item", "办事", lambda keys: rows.values() if keys is None else [])
    operations.bring_in()
    assert keys("食品经营")[0] == "food"


def test_changes_during_a_rebuild_are_neither_lost_nor_undone(rows):
    def fetch(keys):
        if keys is not None:
            return [rows[key] for key in keys if key in rows]
        stale = list(rows.values())
        rows["food"] = item("food", "食品经营许可（改名以后）")
        index.put([rows["food"]])
        index.drop("item", ["fund"])
        return stale

    documents.register("item", "办事", lambda keys: [rows[key] for key in rows if keys is None or key in keys])
    index.rebuild()
    documents._kinds.clear()
    documents.register("item", "办事", fetch)
    index.rebuild()
    assert keys("改名")[0] == "food"
    assert keys("新办") == []
    assert "fund" not in keys("公积金")


def test_a_rebuild_leaves_one_generation_behind(indexed):
    index.rebuild()
    assert len(list(index.folder().glob("g-*"))) == 1


def test_an_index_of_another_version_is_built_anew(indexed, monkeypatch):
    monkeypatch.setattr(index, "VERSION", 99)
    with pytest.raises(Unavailable):
        keys("户口")
    operations.bring_in()
    assert keys("食品经营")[0] == "food"


@pytest.mark.parametrize("after", [1, 3])
def test_a_rebuild_that_was_killed_goes_on_where_it_stopped(tmp_path: Path, after: int):
    script = str(Path(__file__).with_name("mortal_rebuild.py"))
    environment = os.environ | {"XIANG_DATA": str(tmp_path), "PYTHONPATH": str(project.ROOT / "src")}
    killed = subprocess.run([sys.executable, script, str(after)], env=environment)
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run([sys.executable, script, "0"], env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.split() == [str(1200 - 300 * after), "1200"]


def test_sayings_are_read_again_when_the_file_changes(indexed):
    assert synonyms.sayings().leads_to("开饭店") == ["food"]
    file = project.PROFILE_DIR / "search.yaml"
    file.write_text("- {key: x, kind: guide, say: [开饭店], to: [birth]}\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert synonyms.sayings().leads_to("开饭店") == ["birth"]
    file.unlink()
    assert synonyms.sayings().leads_to("开饭店") == []


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_marked_hits(client, indexed):
    answer = client.get(reverse("search:results"), {"q": "食品经营"}).content.decode()
    assert "<mark>食品经营</mark>许可" in answer
    assert "/items/food/" in answer


def test_the_page_does_not_trust_what_was_typed(client, indexed):
    answer = client.get(reverse("search:results"), {"q": "<script>alert(1)</script>", "page": "²", "kind": "x"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_without_a_hit_the_page_says_what_to_do(client, indexed):
    answer = client.get(reverse("search:results"), {"q": "积公"}).content.decode()
    assert "您是不是要找" in answer
    assert "12345" in answer


def test_suggestions_are_a_fragment(client, indexed):
    answer = client.get(reverse("search:suggestions"), {"q": "xsecs"}).content.decode()
    assert "新生儿" in answer
    assert "<html" not in answer


def test_before_the_first_index_the_page_says_so_and_suggestions_are_empty(client):
    assert client.get(reverse("search:results"), {"q": "户口"}).status_code == 503
    assert client.get(reverse("search:suggestions"), {"q": "户口"}).status_code == 200


def test_the_command_rebuilds_and_finds(indexed, capsys):
    call_command("search", "rebuild")
    call_command("search", "find", "开饭店")
    assert "食品经营许可" in capsys.readouterr().out
