"""Papers in bad times and from bad hands: a full disk, a credential that is forged, has run out or was revoked.

What is checked elsewhere is not repeated: files that are not what their names say in the rooms of documents and
applications, codes and states of credentials in their own room.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from xiang.foundation.documents import checking, files, verifying
from xiang.foundation.documents import operations as documents
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.documents.tests.test_sealing import a_disk_with_room_for, kept
from xiang.foundation.forms import sources
from xiang.foundation.forms.sources import FetchContext, Satisfied, Subject, Want
from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Unavailable
from xiang.foundation.ground.ids import new_id
from xiang.foundation.ledger.models import DataUse, Entry
from xiang.foundation.outbox import worker
from xiang.foundation.outbox.models import Delivery
from xiang.foundation.parties.actors import ANONYMOUS
from xiang.services.credentials import operations
from xiang.services.credentials.models import Credential, State
from xiang.services.credentials.tests import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> house.House:
    return house.build()


@pytest.fixture
def credential(home: house.House) -> Credential:
    """A credential of the mother's own, which could stand for a paper of hers."""
    return home.sealed(holder=home.cast.mother, keeper=None)


# A full disk ----------------------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_leaves_no_half_credential_and_it_is_sealed_when_there_is_room(home: house.House):
    home.sealed()  # keys, certificate and fonts are there
    credential, before = home.issue(), kept()
    with a_disk_with_room_for(8_000):
        assert worker.drain() == 0
    credential.refresh_from_db()
    assert (credential.sealed_at, credential.file_id, credential.trouble) == (None, None, "")
    assert kept() == before
    assert Delivery.objects.get(event__kind="credential.issued", state="ready").reason.startswith("NotSent")
    waiting = verifying.by_code(credential.code, ANONYMOUS)
    assert waiting is not None
    assert waiting.kind == "waiting"
    with instant.frozen_at(instant.now() + timedelta(hours=1)):
        worker.drain(raising=True)
    credential.refresh_from_db()
    assert credential.sealed_at is not None
    assert checking.examine(files.read(credential.file)).seal == "whole"
    assert len(kept()) == len(before) + 1
    assert Entry.objects.filter(kind="credential.sealed", refs__credential=str(credential.id)).count() == 1


def test_a_disk_that_is_full_takes_no_upload_and_says_so(home: house.House):
    content = b"%PDF-1.7\n" + bytes(20_000) + b"\n%%EOF\n"
    documents.store([content], "合同.pdf", "party:1")
    before = kept()
    with a_disk_with_room_for(8_000), pytest.raises(Unavailable) as refused:
        documents.store([content], "合同.pdf", "party:1")
    assert refused.value.code == "disk_full"
    assert kept() == before
    assert StoredFile.objects.count() == 1


# Held out to whoever checks -------------------------------------------------------------------------------------------


def test_the_file_of_a_credential_that_was_revoked_is_whole_and_no_longer_good(
    home: house.House, credential: Credential
):
    content = files.read(credential.file)
    operations.end(credential, State.REVOKED, "发证依据被撤销", home.officer)
    examined = checking.examine(content)
    verdict = verifying.by_file(examined)
    assert (examined.seal, verdict.kind, verdict.title) == ("whole", "bad", "已撤销")
    assert "发证依据被撤销" not in verdict.words


def test_the_file_of_an_old_version_says_that_there_is_a_new_one(home: house.House, credential: Credential):
    content = files.read(credential.file)
    operations.replace(credential, {**credential.values, "name": "刘云"}, home.officer, "更正")
    verdict = verifying.by_file(checking.examine(content))
    assert (verdict.kind, verdict.title) == ("bad", "已换发")


def test_a_credential_that_runs_out_is_not_good_by_file_by_number_or_while_it_is_shown(home: house.House):
    credential = home.sealed(valid_until=instant.today())
    showing = operations.show(credential, home.mother, ["name"], "办理入园")
    content = files.read(credential.file)
    with instant.frozen_at(instant.now() + timedelta(days=2)):
        Credential.objects.get(id=credential.id).showings.update(until=instant.now() + timedelta(minutes=5))
        verdicts = (
            verifying.by_file(checking.examine(content)),
            verifying.by_text(credential.identifier, ANONYMOUS),
            verifying.by_code(showing.code, ANONYMOUS),
        )
    assert [(v.kind, v.title) for v in verdicts if v] == [("bad", "已过有效期")] * 3


def test_a_file_that_somebody_sealed_themselves_in_the_authoritys_name_is_not_believed(
    credential: Credential, tmp_path: Path
):
    """The seal is whole and says the right name; only nobody trusts who put it."""
    own = sealed_by_a_stranger(files.read(credential.file), "岳麓区卫生健康局电子印章", tmp_path)
    examined = checking.examine(own)
    assert (examined.seal, examined.signer) == ("whole", "岳麓区卫生健康局电子印章")
    assert examined.trust == "unknown_issuer"
    verdict = verifying.by_file(examined)
    assert (verdict.kind, verdict.title) == ("bad", "核验不通过")
    assert [check.holds for check in verdict.checks] == [True, False, False]


@pytest.mark.parametrize(
    "forge", [lambda i: f"{i[:-1]}{'0' if i[-1] != '0' else '1'}", lambda i: i.replace(".001.", ".009.")]
)
def test_an_identifier_that_was_made_up_is_nobodys(credential: Credential, forge):
    assert verifying.by_text(credential.identifier, ANONYMOUS) is not None
    assert verifying.by_text(forge(credential.identifier), ANONYMOUS) is None


def sealed_by_a_stranger(content: bytes, name: str, folder: Path) -> bytes:
    """The file with one more seal over all of it, under a certificate that its maker issued to themselves."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant.now() - timedelta(days=1)).not_valid_after(instant.now() + timedelta(days=365))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    signer = signers.SimpleSigner.load(str(folder / "key.pem"), str(folder / "certificate.pem"))
    out, metadata = BytesIO(), signers.PdfSignatureMetadata(field_name="Another")
    signers.PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(content)), output=out)
    return out.getvalue()


# Presented in an application -----------------------------------------------------------------------------------------


def stands_for_the_paper(home: house.House) -> Satisfied | None:
    return sources.substitute("credential").satisfies("birth_certificate", _mother(home), _context(home))


def filled_from_it(home: house.House) -> dict[str, object]:
    want = Want("birth_certificate", _mother(home), ("certificate_no", "name"))
    (reply,) = sources.source("credential").fetch_many([want], _context(home))
    return dict(reply.values)


def _mother(home: house.House) -> Subject:
    return Subject("mother", home.cast.mother.id, {}, "刘芸")


def _context(home: house.House) -> FetchContext:
    return FetchContext(new_id(), ("birth_registration",), "service", home.mother, "430104.police")


def test_a_good_credential_stands_for_its_paper_and_fills_in_the_form(home: house.House, credential: Credential):
    satisfied = stands_for_the_paper(home)
    assert satisfied is not None
    assert satisfied.reference == f"credential:{credential.code}"
    assert filled_from_it(home) == {"certificate_no": credential.serial, "name": "周沐言"}


def test_one_that_was_just_issued_stands_for_it_before_its_seal_is_there(home: house.House):
    home.issue(holder=home.cast.mother, keeper=None)
    assert stands_for_the_paper(home) is not None


def test_one_that_was_revoked_stands_for_nothing_and_fills_in_nothing(home: house.House, credential: Credential):
    operations.end(credential, State.REVOKED, "发证依据被撤销", home.officer)
    assert stands_for_the_paper(home) is None
    assert filled_from_it(home) == {}
    assert not DataUse.objects.exists(), "nothing was used"


def test_one_that_has_run_out_stands_for_nothing_from_the_next_day_on(home: house.House):
    home.sealed(holder=home.cast.mother, keeper=None, valid_until=instant.today())
    assert stands_for_the_paper(home) is not None
    with instant.frozen_at(instant.now() + timedelta(days=1)):
        assert stands_for_the_paper(home) is None
        assert filled_from_it(home) == {}


def test_one_whose_values_somebody_changed_in_the_database_stands_for_nothing_and_is_told_in_the_log_by_its_id(
    home: house.House, credential: Credential, caplog: pytest.LogCaptureFixture
):
    forged = Credential.objects.get(id=credential.id)
    forged.values = {**forged.values, "name": "冒名"}
    forged.save(update_fields=["values"])
    assert stands_for_the_paper(home) is None
    assert filled_from_it(home) == {}
    assert str(credential.id) in caplog.text
    assert "冒名" not in caplog.text


def test_one_that_somebody_gave_to_another_in_the_database_stands_for_nothing(home: house.House):
    theirs = home.sealed(holder=home.cast.father, keeper=None)
    Credential.objects.filter(id=theirs.id).update(holder=home.cast.mother)
    assert stands_for_the_paper(home) is None
    assert filled_from_it(home) == {}


def test_one_that_somebody_prolonged_in_the_database_stands_for_nothing(home: house.House):
    credential = home.sealed(holder=home.cast.mother, keeper=None, valid_until=instant.today())
    later = instant.today() + timedelta(days=365)
    Credential.objects.filter(id=credential.id).update(valid_until=later)
    with instant.frozen_at(instant.now() + timedelta(days=10)):
        assert stands_for_the_paper(home) is None
