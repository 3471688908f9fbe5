"""Files as they come: Word, PDF, web pages, text in any encoding; and what is none of these."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from fpdf import FPDF
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from xiang.foundation.ground.errors import DomainError
from xiang.oversight.plan import reading
from xiang.oversight.plan.engine.parsing import parse
from xiang.oversight.plan.tests.notices import CIRCULATING, CLEAN

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def related(*targets: tuple[str, str]) -> str:
    """The relationships of a part: kind and target of each."""
    each = (f'<Relationship Id="r{n}" Type="{RELATED}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(targets))
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(each)}</Relationships>'


def word(body: str, **parts: str) -> bytes:
    """A Word document with this body."""
    data = io.BytesIO()
    types = {"document": "document.main", **{name: name for name in parts}}
    listed = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in types.items()
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{rels}{listed}</Types>')
        archive.writestr("_rels/.rels", related(("officeDocument", "word/document.xml")))
        archive.writestr("word/_rels/document.xml.rels", related(*((name, f"{name}.xml") for name in parts)))
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return data.getvalue()


def paragraph(words: str, level: int | None = None) -> str:
    numbered = (
        "" if level is None else f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    )
    half = len(words) // 2  # Word parts a sentence into runs wherever it likes
    return f"<w:p>{numbered}<w:r><w:t>{words[:half]}</w:t></w:r><w:r><w:t>{words[half:]}</w:t></w:r></w:p>"


def same_as_clean(text: str) -> bool:
    found, clean = parse(text), parse(CLEAN)
    return [task.to_json() for task in found.tasks] == [task.to_json() for task in clean.tasks]


def test_a_word_document_reads_like_its_text() -> None:
    data = word("".join(paragraph(line) for line in CLEAN.split("\n")))
    assert same_as_clean(reading.text_of(data))


def test_numbers_that_word_writes_itself_are_read() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
    )
    numbering = f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    body = (
        paragraph("数据共享", 0)
        + paragraph("建立机制。（省数据局牵头）", 1)
        + paragraph("发布清单。（省数据局牵头）", 1)
    )
    body += paragraph("数据治理", 0) + paragraph("制定标准。（省财政厅牵头）", 1)
    plan = parse(reading.text_of(word(body, numbering=numbering)))
    assert [(task.number, task.title) for task in plan.tasks] == [
        ("1.1", "建立机制"),
        ("1.2", "发布清单"),
        ("2.1", "制定标准"),
    ]
    assert [chapter.title for chapter in plan.chapters] == ["数据共享", "数据治理"]


def test_tables_of_word_and_of_pages_keep_merged_cells() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    begun, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [["序号", "重点任务", "牵头单位"], ["1", "建立机制", "省数据局"], ["2", "发布清单", ""]]
    table = "".join(
        f"<w:tr>{''.join(cell.format((begun if n == 1 else goes_on) if at == 2 and n else '', said) for at, said in enumerate(row))}</w:tr>"
        for n, row in enumerate(rows)
    )
    page = (
        "<html><body><nav><a>首页</a></nav><h1>2025年工作要点</h1><table><tr><th>序号</th><th>重点任务</th><th>牵头单位</th></tr>"
        "<tr><td>1</td><td>建立机制</td><td rowspan=2>省数据局</td></tr><tr><td>2</td><td>发布清单</td></tr></table></body></html>"
    )
    for data in (word(f"<w:tbl>{table}</w:tbl>"), page.encode()):
        plan = parse(reading.text_of(data))
        assert [(task.number, task.title, task.leads) for task in plan.tasks] == [
            ("1", "建立机制", ["省数据局"]), ("2", "发布清单", ["省数据局"]),
        ]  # fmt: skip


def test_a_web_page_reads_like_its_text() -> None:
    inside = "".join(f"<p style='text-indent:2em'>\n  {line}\n</p>" for line in CLEAN.split("\n"))
    page = f"<!DOCTYPE html><html><head><title>x</title><script>var a='1.牵头';</script></head><body><nav>首页</nav><div>{inside}</div><footer>主办</footer></body></html>"
    assert same_as_clean(reading.text_of(page.encode()))
    assert same_as_clean(reading.text_of(page.encode("gb18030")))


def test_a_pdf_reads_like_its_text_though_its_lines_are_wrapped() -> None:
    data = pdf_of(CLEAN)
    assert same_as_clean(reading.text_of(data))


def pdf_of(text: str) -> bytes:
    font = next(Path(settings.FONT_DIR).rglob("*400*.ttf"))
    paper = FPDF()
    paper.add_page()
    paper.add_font("song", fname=str(font))
    paper.set_font("song", size=12)
    for line in text.split("\n"):
        paper.multi_cell(0, 7, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def test_the_columns_of_a_table_in_a_pdf_are_parted_though_the_first_is_narrow() -> None:
    paper = FPDF()
    paper.add_page()
    paper.add_font("song", fname=str(next(Path(settings.FONT_DIR).rglob("*400*.ttf"))))
    paper.set_font("song", size=11)
    rows = [["序号", "重点任务", "牵头单位"], ["1", "建立机制", "省数据局"], ["2", "发布清单", "省财政厅"]]
    for row in rows:
        for said, width in zip(row, (15, 60, 40), strict=True):
            paper.cell(width, 8, said, border=1)
        paper.ln()
    plan = parse(reading.text_of(bytes(paper.output())))
    assert [(task.title, task.leads) for task in plan.tasks] == [("建立机制", ["省数据局"]), ("发布清单", ["省财政厅"])]


def test_characters_of_a_pdf_that_are_set_apart_one_by_one_are_words() -> None:
    paper = FPDF()
    paper.add_page()
    paper.add_font("song", fname=str(next(Path(settings.FONT_DIR).rglob("*400*.ttf"))))
    paper.set_font("song", size=12)
    for line, said in enumerate(("一、数据共享", "1.建立机制。到2025年接入20个系统。（省数据局牵头）")):
        for place, sign in enumerate(said):
            paper.text(10 + place * 4.85, 20 + line * 8, sign)
    assert reading.text_of(bytes(paper.output())) == "一、数据共享\n1.建立机制。到2025年接入20个系统。（省数据局牵头）"


def test_an_encrypted_pdf_is_refused() -> None:
    paper = FPDF()
    paper.set_encryption(owner_password="x", user_password="y")
    paper.add_page()
    with pytest.raises(DomainError) as refused:
        reading.text_of(bytes(paper.output()))
    assert refused.value.code == "plan_unreadable"


def drawn(content: bytes, pages: int = 1) -> bytes:
    """A PDF whose pages all draw this."""
    writer = PdfWriter()
    stream = StreamObject()
    stream.set_data(content)
    kept = writer._add_object(stream.flate_encode())
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    for _ in range(pages):
        page = writer.add_blank_page(500, 500)
        page[NameObject("/Contents")] = kept
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}
        )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (drawn(b"BT /F 9 Tf (a) Tj ET"), "plan_picture"),  # it opens: what follows is refused for what it holds
        (drawn(b"BT /F 9 Tf " + b"(a) Tj " * 1_000_000 + b"ET"), "plan_unreadable"),
        (drawn(b"BT ET", 401), "not_a_plan"),
    ],
)
def test_a_pdf_that_unfolds_without_end_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        reading.text_of(data)
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_any_encoding(encoding: str) -> None:
    assert reading.text_of(CLEAN.encode(encoding)) == CLEAN


def test_traditional_text_in_big5_is_read() -> None:
    text = "一、數據共享\n1.建立機制。發佈清單，推進數據資源歸集治理。（省數據局牽頭）\n2.開展培訓。組織考試。（省教育廳牽頭）\n"
    plan = parse(reading.text_of(text.encode("big5")))
    assert [(task.title, task.leads) for task in plan.tasks] == [("建立机制", ["省数据局"]), ("开展培训", ["省教育厅"])]


def test_the_circulating_notice_survives_its_way_through_gbk() -> None:
    assert reading.text_of(CIRCULATING.encode("gb18030")) == CIRCULATING


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "plan_empty"),
        (b"  \n ", "plan_empty"),
        (b"x" * (50 * 1024 * 1024), "plan_too_large"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "plan_picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "plan_picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "plan_old_word"),
        (b"{\\rtf1\\ansi}", "plan_old_word"),
        (b"PK\x03\x04" + b"\0" * 100, "plan_unreadable"),
        (b"%PDF-1.7\nnothing", "plan_unreadable"),
        (bytes(range(1, 32)) * 20, "plan_format_unknown"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        reading.text_of(data, "x")
    assert refused.value.code == code


def test_a_pdf_without_text_is_told_to_be_a_picture() -> None:
    paper = FPDF()
    paper.add_page()
    paper.rect(10, 10, 50, 50)
    with pytest.raises(DomainError) as refused:
        reading.text_of(bytes(paper.output()))
    assert refused.value.code == "plan_picture"


def test_other_archives_and_documents_that_unfold_without_end_are_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(DomainError) as refused:
        reading.text_of(data.getvalue())
    assert refused.value.code == "plan_format_unknown"
    with pytest.raises(DomainError) as refused:
        reading.text_of(word("<w:p/>" * 11_000_000))
    assert refused.value.code == "plan_too_large"
    with pytest.raises(DomainError) as refused:
        reading.text_of(word("<w:p/>" * 200_000))
    assert refused.value.code == "plan_too_large"
