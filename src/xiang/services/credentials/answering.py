"""What whoever checks a credential is told: only what its holder chose, and how it stands at this moment."""

from __future__ import annotations

from xiang.foundation.documents import marks
from xiang.foundation.documents.checking import Examined
from xiang.foundation.documents.marks import Mark
from xiang.foundation.documents.models import StoredFile
from xiang.foundation.documents.verifying import TRUST_WORDS, Check, Verdict
from xiang.foundation.ground import instant
from xiang.foundation.pages.texts import legal_day, moment
from xiang.foundation.parties.actors import Actor
from xiang.services.credentials import face, faces, operations, queries
from xiang.services.credentials.models import Credential, Showing, State
from xiang.services.credentials.sealing import PURPOSE

_NUMBER = 8


class CredentialResolver:
    """Credentials by a showing's code or number, by the code on the sealed file, by identifier, or by the file."""

    def by_code(self, code: str, actor: Actor) -> Verdict | None:
        showing = queries.showing_by_code(code)
        if showing is not None:
            return of_showing(showing, actor)
        credential = queries.credential_by(code=code)
        return of_credential(credential, actor) if credential else None

    def by_text(self, text: str, actor: Actor) -> Verdict | None:
        plain = "".join(text.split())
        if len(plain) == _NUMBER and plain.isascii() and plain.isdigit():
            showing = queries.showing_by_number(plain)
            return of_showing(showing, actor) if showing else None
        credential = queries.credential_by(identifier=plain.upper())
        return of_credential(credential, actor) if credential else None

    def by_file(self, file: StoredFile, examined: Examined) -> Verdict | None:
        credential = queries.credential_by(file=file)
        return of_credential(credential, None, examined) if credential else None


def of_showing(showing: Showing, actor: Actor) -> Verdict:
    """A showing. One that has run out or was taken back shows nothing of the face, not even whose it was."""
    credential = showing.credential
    if showing.withdrawn_at is not None:
        ended = credential.state != State.VALID
        words = ended_words(credential) if ended else "持有人已停止出示。需要的话，请对方当面重新出示。"
        return Verdict("bad" if ended else "gone", standing_title(credential) if ended else "已停止出示",
                       credential.type.title, words)  # fmt: skip
    if showing.until <= instant.now():
        return Verdict("gone", "二维码过期", credential.type.title, "请持有人重新打开证照，再扫一次。")
    if actor.subject_id not in (credential.holder_id, credential.keeper_id) or actor.is_staff:
        operations.note_checked(showing, actor)
    good, title = queries.standing(credential)
    chosen = {field.key: field.words for field in faces.shown(credential, only=frozenset(showing.fields))}
    facts = tuple(
        (field["title"], chosen.get(field["key"], "—") if field["key"] in showing.fields else None)
        for field in credential.type.fields
        if field["key"] in showing.fields or credential.values.get(field["key"])
    )
    mark, checks = _checks(credential)
    age = int((instant.now() - showing.created_at).total_seconds())
    ago = f"{age} 秒" if age < 100 else f"{age // 60} 分钟"
    checks = (*checks, Check(True, f"二维码由持有人在 {ago}前生成，{moment(showing.until)} 前有效"))
    good = good and all(check.holds is not False for check in checks)
    return Verdict(
        "good" if good else "bad",
        title if good or title != "有效" else "核验不通过",
        credential.type.title,
        "" if good else ended_words(credential),
        facts,
        checks,
        mark,
        f"出示用途：{showing.purpose}。本次查验已记入持有人的“谁用了我的数据”。",
    )


def of_credential(credential: Credential, actor: Actor | None, examined: Examined | None = None) -> Verdict:
    """The paper or the file: whether it stands. Its face is in the checker's hands already and is not shown again."""
    if actor is None or actor.is_staff or actor.subject_id not in (credential.holder_id, credential.keeper_id):
        operations.note_file_checked(credential, actor or _nobody())
    good, title = queries.standing(credential)
    mark, checks = _checks(credential)
    if mark is None:
        return Verdict("waiting", "正在签章", credential.type.title, "这份证照还在签章，请过几分钟再查。")
    good = good and all(check.holds is not False for check in checks)
    facts = (
        ("证照", credential.type.title),
        ("颁发机构", credential.issuer.name),
        ("有效期", faces.until(credential)),
        ("证照标识", credential.identifier),
    )
    note = "请再核对手中文件的证照标识和 SM2 指纹，与上面一致。" if examined is None else "文件与签章时一个字节不差。"
    words = "" if good else ended_words(credential)
    return Verdict("good" if good else "bad", title if good or title != "有效" else "核验不通过", credential.type.title,
                   words, facts, checks, mark, note)  # fmt: skip


def _nobody() -> Actor:
    return Actor()


def standing_title(credential: Credential) -> str:
    return queries.standing(credential)[1]


def ended_words(credential: Credential) -> str:
    """Since when and why it is no longer good. The reason of an authority's decision is between it and the holder."""
    if credential.state == State.SUPERSEDED:
        return f"{legal_day(credential.ended_at, 'year')}换发了新版，请持有人出示新版。"
    if credential.state != State.VALID:
        return f"{legal_day(credential.ended_at, 'year')}{State(credential.state).label}，请不要采信。"
    if credential.valid_until and credential.valid_until < instant.today():
        return f"有效期到{legal_day(credential.valid_until, 'year')}为止，请持有人换证。"
    return "请不要采信，并请持有人联系发证机关。"


def _checks(credential: Credential) -> tuple[Mark | None, tuple[Check, ...]]:
    """Signature, chain, status: the signatures are verified now, every time."""
    good, title = queries.standing(credential)
    status = Check(good, _status_words(credential, good, title))
    if credential.signature is None or credential.file is None:
        return None, (Check(None, "发证机关正在签章"), status)
    mark = marks.Mark.from_json(credential.signature)
    holds = marks.holds(mark, PURPOSE, face.content(credential))
    sealed = f"签章由{mark.by}于 {moment(mark.at)} 作出，此后未改动" if holds else "内容与签章时不一致"
    file = marks.holds_file(mark, PURPOSE, credential.file.digest)
    trust = mark.trust()
    return mark, (
        Check(holds, sealed),
        Check(file, "SM2 签名有效，已存证" if file else "SM2 签名对不上"),
        Check(trust == "trusted", TRUST_WORDS[trust]),
        status,
    )


def _status_words(credential: Credential, good: bool, title: str) -> str:
    if good:
        return f"证照是最新的第 {credential.version} 版，未注销、未作废"
    return f"第 {credential.version} 版{title}"
