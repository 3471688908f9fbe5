"""From an order to a sealed file: whose seal, what it covers, and what stands in the way."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tests import cast
from xiang.foundation.documents import checking, files, fonts, marks, operations, verifying
from xiang.foundation.documents.models import Document
from xiang.foundation.documents.sealing import PURPOSE
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, DomainError, Refused
from xiang.foundation.outbox import worker
from xiang.foundation.outbox.models import Delivery
from xiang.foundation.parties.actors import ANONYMOUS
from xiang.foundation.trust import authority

from . import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    house.template()
    return house.office()


def sealed(unit, **changes) -> Document:
    document = house.order(unit, **changes)
    worker.drain(raising=True)
    document.refresh_from_db()
    assert document.state == Document.State.SEALED, document.trouble
    return document


def kept() -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(file for file in root.rglob("*") if file.is_file()) if root.exists() else []


@contextmanager
def a_disk_with_room_for(size: int) -> Iterator[None]:
    """Files may not grow beyond ``size``: the system refuses the write as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_any_reader_that_trusts_our_root_finds_the_seal_whole_and_the_body_named(unit):
    content = files.read(sealed(unit).file)
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    root = authority.root().public_bytes(Encoding.PEM)
    context = ValidationContext(trust_roots=list(load_certs_from_pemder_data(root)), allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    assert status.intact and status.valid and status.trusted
    assert signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signature.signer_cert.subject.native["common_name"] == "岳麓区市场监督管理局电子印章"


def test_each_body_seals_under_a_certificate_of_its_own():
    house.template()
    world = cast.province()
    signers = set()
    for office in (world.market, world.police):
        document = sealed(office.unit, body=office.unit.body.name)
        signers.add(checking.examine(files.read(document.file)).signer)
    assert signers == {"岳麓区市场监督管理局电子印章", "天元区公安局电子印章"}


def test_the_sm2_mark_covers_the_text_and_the_file(unit):
    document = sealed(unit)
    mark = marks.Mark.from_json(document.signature)
    assert mark.by == "岳麓区市场监督管理局"
    assert marks.holds(mark, PURPOSE, document.text)
    assert marks.holds_file(mark, PURPOSE, document.file.digest)
    assert mark.trust() == "trusted"
    assert not marks.holds(mark, PURPOSE, {**document.text, "signer": "别的机关"})
    assert not marks.holds_file(mark, PURPOSE, "00" * 32)
    assert re.fullmatch(r"([0-9A-F]{4} ){3}[0-9A-F]{4}", mark.fingerprint)


def test_the_time_in_the_seal_is_the_platforms_clock(unit):
    with instant.frozen_at(date(2026, 12, 1)):
        document = sealed(unit)
        examined = checking.examine(files.read(document.file))
    assert examined.at is not None
    assert instant.legal_date(examined.at) == date(2026, 12, 1)


def test_numbers_run_by_body_kind_and_year(unit):
    with instant.frozen_at(date(2025, 9, 22)):
        numbers = [house.order(unit).number for _ in range(2)]
    with instant.frozen_at(date(2026, 1, 4)):
        numbers.append(house.order(unit).number)
    assert [n.partition("受字")[2] for n in numbers] == ["〔2025〕第00001号", "〔2025〕第00002号", "〔2026〕第00001号"]


def test_a_list_makes_a_paragraph_for_each_entry(unit):
    assert list(house.order(unit).text["paragraphs"])[1:] == ["1. 房屋租赁合同", "2. 平面图"]


@pytest.mark.parametrize("gap", [{"item": ""}, {"missing": []}, {"applicant": "刘芸", "number": "  "}])
def test_a_document_with_a_gap_is_never_ordered(unit, gap):
    with pytest.raises(DomainError) as refused:
        house.order(unit, **gap)
    assert refused.value.code == "document_fact_missing"
    assert not Document.objects.exists()


def test_a_fact_that_nobody_gives_is_a_gap_too(unit):
    house.template(paragraphs=["请到{place}领取。"])
    with pytest.raises(DomainError, match="document_fact_missing"):
        house.order(unit)


def test_a_kind_without_template_is_refused():
    with pytest.raises(Refused, match="no_template"):
        house.order(house.office())


def test_a_disk_that_is_full_leaves_no_half_file_and_the_document_is_made_later(unit):
    sealed(unit)  # keys, certificate and fonts are there
    document, before = house.order(unit), kept()
    with a_disk_with_room_for(8_000):
        assert worker.drain() == 0
    document.refresh_from_db()
    assert document.state == Document.State.PENDING, "a full disk is no fault of the document"
    assert kept() == before
    waiting = Delivery.objects.get(event__kind="document.requested", state="ready")
    assert waiting.reason.startswith("NotSent")
    with instant.frozen_at(instant.now() + timedelta(hours=1)):
        worker.drain(raising=True)
    document.refresh_from_db()
    assert document.state == Document.State.SEALED
    assert len(kept()) == len(before) + 1


def test_a_character_without_a_glyph_is_named_and_an_officer_may_try_again(unit, settings):
    document = house.order(unit, applicant="𠮷乙")
    worker.drain(raising=True)
    document.refresh_from_db()
    assert (document.state, document.trouble) == (Document.State.FAILED, "no_glyph")
    assert fonts.missing("𠮷乙㐂·䶮") == ["𠮷"]
    stranger = cast.resident(cast.person("陌生人"))
    with pytest.raises(Absent):
        operations.try_again(document.id, stranger)
    add_font_with("𠮷")
    try:
        assert fonts.missing("𠮷") == []
        operations.try_again(document.id, cast.Office(unit).receiver)
        worker.drain(raising=True)
    finally:
        (Path(settings.DATA) / "fonts" / "rare.ttf").unlink()
    document.refresh_from_db()
    assert document.state == Document.State.SEALED


def add_font_with(char: str) -> None:
    """A font of one character, as an installation would put a larger one there."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((900, 0), (900, 900), (0, 900)):
        pen.lineTo(corner)
    pen.closePath()
    empty = TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rare"])
    builder.setupCharacterMap({ord(char): "rare"})
    builder.setupGlyf({".notdef": empty, "rare": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "rare": (1000, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, sTypoDescender=-100, usWinAscent=900, usWinDescent=100)
    builder.setupPost()
    folder = Path(settings.DATA) / "fonts"
    folder.mkdir(exist_ok=True)
    builder.save(folder / "rare.ttf")


def test_nothing_of_a_name_reaches_the_log(unit, caplog):
    caplog.set_level("DEBUG")
    sealed(unit, applicant="欧阳喆䶮")
    assert "喆" not in caplog.text
    assert f"uni{ord('喆'):04X}" not in caplog.text


# Checking ----------------------------------------------------------------------------------------------------------


def test_a_changed_byte_is_found(unit):
    content = files.read(sealed(unit).file)
    place = content.index(b"/Title")
    changed = content[:place] + b"/Titel" + content[place + 6 :]
    examined = checking.examine(changed)
    assert (examined.seal, examined.ours) == ("changed", None)
    verdict = verifying.by_file(examined)
    assert verdict.kind == "bad"
    assert "改" in verdict.words


def test_what_is_added_after_sealing_is_found(unit):
    content = files.read(sealed(unit).file)
    writer = IncrementalPdfFileWriter(BytesIO(content))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert checking.examine(out.getvalue()).seal == "changed"


def test_a_file_of_ours_is_told_by_its_bytes(unit):
    document = sealed(unit)
    verdict = verifying.by_file(checking.examine(files.read(document.file)))
    assert (verdict.kind, verdict.title) == ("good", "真实有效")
    assert all(check.holds for check in verdict.checks)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n%%EOF", b"\x00" * 400, b"%PDF-1.4 garbage " * 20])
def test_rubbish_is_answered_not_thrown_at_people(data):
    assert checking.examine(data).seal in ("unreadable", "none")


def test_the_page_of_a_code_says_who_sealed_and_nothing_of_the_text(unit, client):
    document = sealed(unit)
    page = client.get(f"/verify/{document.code}/").content.decode()
    assert "真实有效" in page
    assert document.number in page
    assert "刘芸" not in page
    typed = client.post("/verify/", {"code": f"{document.code[:4].lower()}-{document.code[4:]}"}, follow=True)
    assert "真实有效" in typed.content.decode()
    by_number = client.post("/verify/", {"code": document.number}).content.decode()
    assert "真实有效" in by_number


def test_a_code_that_nobody_gave_is_unknown(client, db):
    answer = client.get("/verify/ABCDEFGHJKMNPQRS/")
    assert answer.status_code == 404
    assert "查不到" in answer.content.decode()
    assert verifying.by_code("ABCDEFGHJKMNPQRS", ANONYMOUS) is None


def test_an_uploaded_file_is_checked_and_not_kept(unit, client):
    document, before = sealed(unit), kept()
    upload = BytesIO(files.read(document.file))
    upload.name = "受理通知书.pdf"
    assert "真实有效" in client.post("/verify/", {"file": upload}).content.decode()
    assert kept() == before


def test_whoever_guesses_is_slowed_down(client, db):
    answers = [client.get(f"/verify/{n:016d}/").status_code for n in range(40)]
    assert 429 in answers
