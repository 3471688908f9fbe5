"""The forms on the edges: what an officer or applicant says when taking a step (JSON Schema)."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def form(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """The schema of an edge's form. Every form takes an opinion."""
    asked = {"opinion": {"type": "string", "title": "办理意见", "maxLength": 2000}, **properties}
    return {"type": "object", "properties": asked, "required": list(required), "additionalProperties": False}


def line(title: str, longest: int = 200) -> Schema:
    return {"type": "string", "title": title, "minLength": 1, "maxLength": longest}


def lines(title: str, least: int = 1) -> Schema:
    return {
        "type": "array",
        "title": title,
        "minItems": least,
        "maxItems": 30,
        "items": {"type": "string", "minLength": 1, "maxLength": 200},
    }


def day(title: str) -> Schema:
    return {"type": "string", "title": title, "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def days(title: str) -> Schema:
    return {"type": "integer", "title": title, "minimum": 1, "maximum": 365}


def one_of(title: str, **choices: str) -> Schema:
    """A closed choice; ``x-titles`` carries the Chinese words for the page."""
    return {"type": "string", "title": title, "enum": list(choices), "x-titles": choices}


OPINION = form()
REASON = form(("reason",), reason=line("理由", 1000))
MISSING = form(("missing",), missing=lines("需要补正的全部内容，一次列全"))
ELSEWHERE = form(("reason", "competent_body"), reason=line("理由", 1000), competent_body=line("应当向哪个机关申请"))
STOP = form(
    ("reason", "days"),
    reason={"type": "string", "title": "法定事由", "x-choices": "stop_reasons"},
    days=days("需要多少天"),
)
DELIVERY = form(
    ("means",),
    means=one_of("送达方式", electronic="电子送达", post="邮寄送达", window="窗口领取"),
    tracking={"type": "string", "title": "邮件号", "maxLength": 40},
)
