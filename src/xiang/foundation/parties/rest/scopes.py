"""What a token may be used for: one closed table. A scope opens an operation, never a record: that is the actor's right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope; ``office`` ones are for officers alone, the others for residents and those who act for them."""

    key: str
    title: str
    office: bool = False


SCOPES = (
    Scope("applications:read", "看我的申请和一件事"),
    Scope("applications:write", "填写、提交我的申请，答复别人请我确认的事"),
    Scope("cases:read", "看我的办件和文书"),
    Scope("cases:write", "补正、撤回我的办件"),
    Scope("credentials:read", "看我的电子证照"),
    Scope("credentials:write", "出示我的电子证照"),
    Scope("payments:read", "看我的缴费"),
    Scope("payments:write", "缴费"),
    Scope("ratings:write", "评价我的办件"),
    Scope("data-use:read", "看谁用了我的数据"),
    Scope("desk:read", "看本岗位的办件", office=True),
    Scope("desk:write", "办理本岗位的办件", office=True),
)
BY_KEY = {scope.key: scope for scope in SCOPES}


def offered(*, office: bool) -> tuple[Scope, ...]:
    """The scopes that an officer, or anybody else, can put into a token."""
    return tuple(scope for scope in SCOPES if scope.office == office)
