"""What can go wrong in the field's own words.

Every refusal carries a stable ``code`` that clients and tests match, and a Chinese sentence that says what to do next.
Pages and API translate the same exception: pages to a notice, the API to an RFC 9457 problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class DomainError(Exception):
    """A refusal with a stable code. ``params`` never hold personal data: they may be logged."""

    status = 400

    def __init__(self, code: str, detail: str, **params: Any) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.params = params


class Refused(DomainError):
    """The state of things does not allow it (409)."""

    status = 409


class Absent(DomainError):
    """Absent or forbidden: the two read alike (404)."""

    status = 404

    def __init__(
        self, code: str = "absent", detail: str = "打不开这个页面：网址不对，或者这件事不是您的。", **params: Any
    ) -> None:
        super().__init__(code, detail, **params)


class Forbidden(DomainError):
    """The thing may be seen, but this act on it needs a right that the actor has not (403)."""

    status = 403


class TooLarge(DomainError):
    """More was sent than is taken (413)."""

    status = 413


class Unavailable(DomainError):
    """Another system does not answer (503). Say since when, and how to go on by hand."""

    status = 503


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing to mend: ``pointer`` is a JSON pointer into the answers, e.g. ``/child/name``."""

    pointer: str
    code: str
    detail: str


class Invalid(DomainError):
    """What was given does not hold (422); ``errors`` says where, each with its own code."""

    status = 422

    def __init__(self, errors: Sequence[FieldError], code: str = "invalid", detail: str = "有几处需要改一改。") -> None:
        super().__init__(code, detail)
        self.errors = tuple(errors)
