"""The identifier of a credential (GB/T 36904): ``1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>``."""

from __future__ import annotations

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.parties.identity import CREDENTIAL_PREFIX, mod37_36

_USCC = 18


def identifier(type_code: str, issuer_uscc: str, serial: str, version: int) -> str:
    """The full identifier; the check character covers type, issuer, serial and version without their dots.

    Raises ``DomainError('issuer_without_code')``: nothing is issued under a number that does not name its issuer.
    """
    if len(issuer_uscc) != _USCC:
        raise DomainError(
            "issuer_without_code", "发证机关还没有登记统一社会信用代码，不能编证照标识。请先在机关资料中补上。"
        )
    parts = (type_code, issuer_uscc, serial, f"{version:03d}")
    return ".".join((CREDENTIAL_PREFIX, *parts, mod37_36("".join(parts))))
