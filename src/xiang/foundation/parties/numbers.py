"""Numbers somebody was given: their normal form, their check, their blind index and their mask, by scheme."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.parties import identity
from xiang.foundation.parties.models import Scheme
from xiang.foundation.parties.names import mask_email, mask_number, mask_phone
from xiang.foundation.trust import blind

_PATTERNS = {
    Scheme.PASSPORT: r"[0-9A-Z]{6,12}",
    Scheme.BIRTH_CERTIFICATE: r"[A-Z][0-9]{9}",
    Scheme.HK_MACAO_PERMIT: r"[HM][0-9]{8}([0-9]{2})?",
    Scheme.TAIWAN_PERMIT: r"[0-9]{8}",
    Scheme.HMT_RESIDENCE: r"8[123]0000[0-9]{11}[0-9X]",
    Scheme.FOREIGN_RESIDENCE: r"([A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X])",
    Scheme.MILITARY: r"[0-9A-Z\u4e00-\u9fff]{6,20}",
}
_PHONE = r"1[3-9][0-9]{9}|0[0-9]{2,3}[0-9]{7,8}|\+[0-9]{6,15}"
_EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"

# The blind index of a scheme is taken under this name everywhere (ledger, hub, credentials): equal numbers match.
_BLIND = {Scheme.RESIDENT_ID: "id", Scheme.USCC: "uscc"}


def blind_scheme(scheme: str) -> str:
    """The name under which ``trust.blind`` indexes numbers of this scheme."""
    return _BLIND.get(Scheme(scheme), scheme)


@dataclass(frozen=True, slots=True)
class Number:
    """A checked number, ready to be kept."""

    scheme: str
    value: str
    index: str
    masked: str


def checked(scheme: str, value: str, pointer: str = "/number") -> Number:
    """The number in its normal form; ``Invalid`` with the codes of :mod:`identity` or ``number_form``."""
    if scheme in (Scheme.RESIDENT_ID, Scheme.USCC):
        check = identity.check_id if scheme == Scheme.RESIDENT_ID else identity.check_uscc
        found = check(value)
        if not found.valid:
            raise Invalid([FieldError(pointer, code, detail) for code, detail in found.errors])
        normal = found.normal
    else:
        normal = identity.tidy(value)
        if not re.fullmatch(_PATTERNS[Scheme(scheme)], normal):
            raise Invalid(
                [FieldError(pointer, "number_form", f"{Scheme(scheme).label}号码的写法不对，请对照证件再看一遍。")]
            )
    return Number(scheme, normal, blind.index(normal, blind_scheme(scheme)), mask_number(normal))


def lookups(scheme: str, value: str) -> list[str]:
    """The blind indexes, under all live keys, that a number of this scheme may be kept under."""
    return blind.indexes(identity.tidy(value), blind_scheme(scheme))


def checked_contact(kind: str, value: str, pointer: str = "/contact") -> Number:
    """A phone number or e-mail address in its normal form; ``Invalid`` with ``phone_form`` or ``email_form``."""
    if kind == "phone":
        normal = identity.tidy(value).removeprefix("+86")
        if not re.fullmatch(_PHONE, normal):
            raise Invalid([FieldError(pointer, "phone_form", "手机号应为 11 位数字，请再看一遍。")])
        return Number(kind, normal, blind.index(normal, "phone"), mask_phone(normal))
    normal = value.strip().lower()
    if not re.fullmatch(_EMAIL, normal):
        raise Invalid([FieldError(pointer, "email_form", "电子邮箱的写法不对，例如 wang@example.cn。")])
    return Number(kind, normal, blind.index(normal, "email"), mask_email(normal))


def phone_lookups(value: str) -> list[str]:
    """The blind indexes that a phone number may be kept under."""
    return blind.indexes(identity.tidy(value).removeprefix("+86"), "phone")
