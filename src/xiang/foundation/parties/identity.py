"""Numbers with check characters: resident identity, unified social credit code, credential identifier, division code.

Pure functions that read a number out and say what is wrong with stable codes. What only *looks* odd (a division code of
former times, an inner organisation code that does not add up) is a warning and never a refusal: such numbers exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from xiang.foundation.ground import instant

Finding = tuple[str, str]  # code, detail in Chinese
Standing = Literal["current", "historic", "unknown"]
Known = Callable[[str], Standing | None]  # what the division table says of a code; None: it cannot tell

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDENTIAL_PREFIX = "1.2.156.3005.2"

USCC_PAIRS = {
    "11": "机关", "12": "事业单位", "13": "编办直接管理的群团", "19": "编办管理的其他机构", "31": "律师执业机构",
    "32": "公证处", "33": "基层法律服务所", "34": "司法鉴定机构", "35": "仲裁委员会", "51": "社会团体",
    "52": "民办非企业单位", "53": "基金会", "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
    "A1": "农村集体经济组织", "N1": "农业组织", "N2": "农业组织", "N3": "农业组织", "Y1": "其他",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What a number says. ``normal`` is the form that is kept; ``errors`` and ``warnings`` carry stable codes."""

    normal: str
    parts: dict[str, str] = field(default_factory=dict)
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors

    def as_dict(self) -> dict[str, object]:
        """The plain form that commands and API print."""
        return {
            "valid": self.valid,
            "normal": self.normal,
            "parts": self.parts,
            "errors": [{"code": code, "detail": detail} for code, detail in self.errors],
            "warnings": [{"code": code, "detail": detail} for code, detail in self.warnings],
        }


def tidy(value: str) -> str:
    """Full-width to half-width, no spaces or hyphens, upper case: what people type and what registers keep."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", value)).upper()


# The resident identity number (GB 11643-1999) ------------------------------------------------------------------


def id_check_character(first17: str) -> str:
    """The check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11]


def check_id(value: str, known: Known | None = None, today: date | None = None) -> Checked:
    """公民身份号码: ``id_length``, ``id_character``, ``id_date``, ``id_date_future``, ``id_check``."""
    number = tidy(value)
    if len(number) != 18:
        return _failed(number, "id_length", f"身份证号应为 18 位，现在是 {len(number)} 位。")
    wrong = _first_outside(number[:17], "0123456789") or (18 if number[17] not in "0123456789X" else None)
    if wrong:
        return _failed(number, "id_character", f"身份证号第 {wrong} 位不对，请对照证件再看一遍。")
    parts = {"division": number[:6], "sequence": number[14:17], "check": number[17]}
    parts["sex"] = "1" if int(number[16]) % 2 else "2"
    errors: list[Finding] = []
    born = _date(number[6:14])
    if born is None:
        errors.append(("id_date", "身份证号第 7 到 14 位不是一个日期。"))
    else:
        parts["birth_date"] = born.isoformat()
        if born > (today or instant.today()):
            errors.append(("id_date_future", "身份证号里的出生日期还没有到。"))
    if id_check_character(number[:17]) != number[17]:
        errors.append(("id_check", "身份证号的校验位对不上，请对照证件逐位再看一遍。"))
    return Checked(number, parts, tuple(errors), _division_warnings(number[:6], known))


# The unified social credit code (GB 32100-2015) ----------------------------------------------------------------


def uscc_check_character(first17: str) -> str:
    """The check character of the first 17 characters (MOD 31)."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """The check character of an organisation code (GB 11714-1997), positions 9 to 17 of a social credit code."""
    total = sum(ALPHANUMERIC.index(char) * weight for char, weight in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def check_uscc(value: str, known: Known | None = None) -> Checked:
    """统一社会信用代码: ``uscc_length``, ``uscc_character``, ``uscc_check``.

    Warns ``uscc_subject_check``, ``uscc_category`` and of the division.
    """
    code = tidy(value)
    if len(code) != 18:
        return _failed(code, "uscc_length", f"统一社会信用代码应为 18 位，现在是 {len(code)} 位。")
    wrong = _first_outside(code, USCC_ALPHABET)
    if wrong:
        return _failed(code, "uscc_character", f"第 {wrong} 位“{code[wrong - 1]}”不会出现在统一社会信用代码里。")
    pair = code[:2]
    parts = {
        "authority": code[0],
        "category": code[1],
        "kind": USCC_PAIRS.get(pair, ""),
        "division": code[2:8],
        "subject": code[8:17],
        "check": code[17],
    }
    errors: list[Finding] = []
    if uscc_check_character(code[:17]) != code[17]:
        errors.append(("uscc_check", "统一社会信用代码的校验位对不上，请对照执照逐位再看一遍。"))
    warnings = list(_division_warnings(code[2:8], known))
    if organisation_check_character(code[8:16]) != code[16]:
        warnings.append(("uscc_subject_check", "第 9 到 17 位主体标识的校验位对不上；早年登记的个体工商户可能如此。"))
    if pair not in USCC_PAIRS:
        warnings.append(("uscc_category", f"登记管理部门和机构类别“{pair}”不在已知范围内。"))
    return Checked(code, parts, tuple(errors), tuple(warnings))


# Administrative divisions (GB/T 2260, GB/T 10114) ---------------------------------------------------------------

_LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}


def significant(code: str) -> str:
    """The digits that say something: ``430000`` → ``43``, ``430100`` → ``4301``, ``430104`` stays."""
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    if len(code) == 6 and code.endswith("0000"):
        return code[:2]
    return code[:4] if len(code) == 6 and code.endswith("00") else code


def check_division(value: str, known: Known | None = None) -> Checked:
    """行政区划代码: ``division_length``, ``division_character``, ``division_gap``; warns of unknown, historic codes."""
    code = tidy(value)
    if len(code) not in (6, 9, 12):
        return _failed(code, "division_length", f"行政区划代码应为 6、9 或 12 位，现在是 {len(code)} 位。")
    wrong = _first_outside(code, "0123456789")
    if wrong:
        return _failed(code, "division_character", f"行政区划代码第 {wrong} 位不是数字。")
    digits = significant(code)
    parts = {"level": _LEVELS[len(digits)], "path": "/".join(digits[:n] for n in _LEVELS if n <= len(digits))}
    parts |= {name: digits[:n] for n, name in _LEVELS.items() if n <= len(digits)}
    gap = code[:2] == "00" or (code[2:4] == "00" and len(digits) > 2) or (code[4:6] == "00" and len(digits) > 4)
    errors = (("division_gap", "上级代码是 00，下级不应有代码。"),) if gap else ()
    return Checked(code, parts, errors, _division_warnings(code, known))


# The identifier of an electronic credential (GB/T 36904) ---------------------------------------------------------


def mod37_36(text: str) -> str:
    """The check character of ``text`` (digits and capital letters) by ISO 7064 MOD 37,36."""
    product = 36
    for char in text:
        product = (product + ALPHANUMERIC.index(char)) % 36 or 36
        product = product * 2 % 37
    return ALPHANUMERIC[(37 - product) % 36]


def check_credential(value: str) -> Checked:
    """电子证照标识 ``1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>``.

    Codes: ``credential_prefix``, ``credential_parts``, ``credential_type``, ``credential_issuer``,
    ``credential_serial``, ``credential_version``, ``credential_check``.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", value)).upper()
    if not text.startswith(CREDENTIAL_PREFIX + "."):
        return _failed(text, "credential_prefix", f"电子证照标识以 {CREDENTIAL_PREFIX} 开头。")
    pieces = text[len(CREDENTIAL_PREFIX) + 1 :].split(".")
    if len(pieces) != 5:
        return _failed(text, "credential_parts", "电子证照标识应有类型、颁发机构、流水号、版本号、校验位五段。")
    parts = dict(zip(("type", "issuer", "serial", "version", "check"), pieces, strict=True))
    errors = [
        (f"credential_{name}", detail)
        for name, pattern, detail in _CREDENTIAL_PARTS
        if not re.fullmatch(pattern, parts[name])
    ]
    if not errors and mod37_36("".join(pieces[:4])) != parts["check"]:
        errors.append(("credential_check", "电子证照标识的校验位对不上，请对照证照再看一遍。"))
    warnings = [] if errors else _credential_warnings(parts)
    return Checked(text, parts, tuple(errors), tuple(warnings))


_CREDENTIAL_PARTS = (
    ("type", r"[0-9A-Z]{18}[0-9]{3}", "证照类型代码应为 18 位机构代码加 3 位数字。"),
    ("issuer", r"[0-9A-Z]{18}", "证照颁发机构代码应为 18 位。"),
    ("serial", r"[0-9A-Z]{1,64}", "流水号只能有数字和大写字母。"),
    ("version", r"(?!000)[0-9]{3}", "版本号应为 001 起的 3 位数字。"),
    ("check", r"[0-9A-Z]", "校验位应为一位数字或大写字母。"),
)


def _credential_warnings(parts: dict[str, str]) -> list[Finding]:
    warnings: list[Finding] = []
    if not check_uscc(parts["type"][:18]).valid:
        warnings.append(("credential_type_uscc", "证照类型代码里的机构代码校验位对不上。"))
    if not check_uscc(parts["issuer"]).valid:
        warnings.append(("credential_issuer_uscc", "颁发机构代码的校验位对不上。"))
    if not 7 <= len(parts["serial"]) <= 32:
        warnings.append(("credential_serial_length", "流水号的长度少见（常见 7 到 32 位）。"))
    return warnings


# Shared ----------------------------------------------------------------------------------------------------------

_PROVINCES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
_ASSIGNED = frozenset(str(n) for first, last in _PROVINCES for n in range(first, last + 1))


def _division_warnings(code: str, known: Known | None) -> tuple[Finding, ...]:
    # 10 in a social credit code is the national level (100000), registered by central bodies.
    if code[:2] not in _ASSIGNED and code[:6] != "100000":
        return (("division_unassigned", f"区划代码 {code} 不属于任何省份。"),)
    standing = known(code) if known else None
    if standing == "historic":
        return (("division_historic", f"区划代码 {code} 已经停用，早年发的号码可以这样。"),)
    if standing == "unknown":
        return (("division_unknown", f"区划代码 {code} 不在区划表里，可能是早年的代码。"),)
    return ()


def _failed(normal: str, code: str, detail: str) -> Checked:
    return Checked(normal, {}, ((code, detail),))


def _first_outside(text: str, alphabet: str) -> int | None:
    return next((place for place, char in enumerate(text, 1) if char not in alphabet), None)


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
