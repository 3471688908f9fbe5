"""Sending a kept file back, whatever room asks: its true name, no guessing of its kind, nothing left behind."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from xiang.foundation.documents import files
from xiang.foundation.documents.models import StoredFile

_SHOWN = ("application/pdf", "image/jpeg", "image/png")
# A file that somebody handed in may do nothing in the browser but be looked at.
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
)


def send(file: StoredFile, *, inline: bool = False) -> HttpResponse:
    """The file as a download, or (``inline``, pictures and PDF only) to look at. The caller has checked the right."""
    answer = HttpResponse(files.read(file), content_type=file.media_type)
    attachment = not (inline and file.media_type in _SHOWN)
    # RFC 6266 with RFC 5987: a Chinese name survives every browser.
    answer["Content-Disposition"] = content_disposition_header(attachment, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = _POLICY
    answer["Cache-Control"] = "private, no-store"
    return answer
