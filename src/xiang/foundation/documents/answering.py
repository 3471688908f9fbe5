"""What the codes and files of documents stand for."""

from __future__ import annotations

from xiang.foundation.documents import marks
from xiang.foundation.documents.checking import Examined
from xiang.foundation.documents.models import Document, StoredFile
from xiang.foundation.documents.sealing import PURPOSE
from xiang.foundation.documents.verifying import TRUST_WORDS, Check, Verdict
from xiang.foundation.pages.texts import legal_day, moment
from xiang.foundation.parties.actors import Actor


class DocumentResolver:
    """Documents by their code, their number, or their file. The text is never shown: whoever checks has it in hand."""

    def by_code(self, code: str, actor: Actor) -> Verdict | None:
        found = Document.objects.select_related("unit__body", "file").filter(code=code).first()
        return verdict(found) if found else None

    def by_text(self, text: str, actor: Actor) -> Verdict | None:
        found = Document.objects.select_related("unit__body", "file").filter(number=text.strip()).first()
        return verdict(found) if found else None

    def by_file(self, file: StoredFile, examined: Examined) -> Verdict | None:
        found = Document.objects.select_related("unit__body", "file").filter(file=file).first()
        return verdict(found, examined) if found else None


def verdict(document: Document, examined: Examined | None = None) -> Verdict:
    """How a document stands."""
    facts = (("文书", document.title), ("文号", document.number), ("机关", _body(document)))
    if document.state != Document.State.SEALED or document.signature is None or document.file is None:
        return Verdict("waiting", "正在签章", document.title, "这份文书还在生成，请过几分钟再查。", facts)
    mark = marks.Mark.from_json(document.signature)
    text_holds = marks.holds(mark, PURPOSE, document.text)
    file_holds = marks.holds_file(mark, PURPOSE, document.file.digest)
    checks = [
        Check(
            text_holds, f"由{mark.by}于 {moment(mark.at)} 签章，内容此后未改动" if text_holds else "内容与签章时不一致"
        ),
        Check(file_holds, "SM2 签名有效，已存证" if file_holds else "SM2 签名对不上"),
        Check((trust := mark.trust()) == "trusted", TRUST_WORDS[trust]),
    ]
    good = all(check.holds for check in checks)
    words = f"{mark.by} {legal_day(mark.at, 'year')} 签发"
    note = "请再核对手中文书的文号，以及印章里的 SM2 指纹，与上面一致。" if examined is None else ""
    return Verdict("good" if good else "bad", "真实有效" if good else "核验不通过", document.title, words, facts,
                   tuple(checks), mark, note)  # fmt: skip


def _body(document: Document) -> str:
    return document.unit.body.name if document.unit else "政务服务平台"
