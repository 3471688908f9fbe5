"""Refusals as the plane answers them: a stable code, a status, and what to do next (RFC 9457)."""

from __future__ import annotations

from typing import Any

#: code → (status, detail).
KNOWN: dict[str, tuple[int, str]] = {
    "not_found": (404, "没有这个接口，请对照接口文档检查网址。"),
    "method_not_allowed": (405, "这个接口不支持这种请求方法，请对照接口文档。"),
    "too_large": (413, "请求太大，请减少一次查询的人数。"),
    "input_invalid": (422, "请求内容不对，请对照接口文档改正。"),
    "credentials_missing": (401, "请求没有带身份凭据，请用应用密钥签名，或者带上访问令牌。"),
    "key_unknown": (401, "没有这把应用密钥，或者已经停用。请核对密钥编号，或者联系总枢纽。"),
    "signature_wrong": (401, "签名不对。请对照文档检查待签名的内容，特别是网址参数的排序和请求体。"),
    "clock_skew": (401, "请求的时间与服务器相差太多，请校准时钟后重新签名。"),
    "replayed": (409, "这个请求已经用过一次。请换一个随机数，重新签名。"),
    "token_invalid": (401, "访问令牌不对或者已经过期，请重新申请。"),
    "certificate_unknown": (401, "没有登记这张客户端证书，请联系总枢纽登记。"),
    "rate_limited": (429, "请求太频繁，请稍后再试。"),
    "resource_absent": (404, "没有这个数据资源，或者已经下线。"),
    "no_grant": (403, "没有获准使用这项数据，请先提出共享申请。"),
    "grant_revoked": (403, "授权已经撤销，请联系数据提供部门。"),
    "grant_not_begun": (403, "授权还没有生效。"),
    "grant_expired": (403, "授权已经到期，请先办理续期。"),
    "purpose_not_granted": (403, "用途不在授权范围内。"),
    "item_not_granted": (403, "办理的事项不在授权范围内。"),
    "field_not_granted": (403, "要的数据项超出授权范围，请只查授权的数据项。"),
    "condition_unmet": (403, "请求不满足授权里约定的条件。"),
    "division_missing": (403, "授权只给本行政区划的数据，应用没有登记所在区划，请联系总枢纽。"),
    "duty_open": (403, "授权约定要先履行的义务还没有完成。"),
    "prohibited": (403, "这项数据明令禁止这样使用。"),
    "policy_void": (403, "授权的条款互相冲突，不能执行，请联系数据提供部门。"),
    "quota_exhausted": (429, "授权的次数已经用完，请申请追加。"),
    "rate_exceeded": (429, "超过授权约定的频次，请稍后再试。"),
    "filter_not_enforceable": (503, "授权里的行条件在这个资源上执行不了，已停止提供，请联系总枢纽。"),
    "source_unreachable": (503, "数据提供部门的系统暂时连不上，请稍后再试；急办的事可以请当事人出示证件办理。"),
    "audit_unavailable": (503, "使用记录暂时写不下来，按规定不能提供数据，请稍后再试。"),
    "ledger_not_sealed": (503, "账本超过规定时间没有封存，按规定暂停提供数据；恢复封存后会自动继续。"),
    "source_broken": (502, "数据提供部门的系统返回的数据有误，没有提供。请联系数据提供部门。"),
    "out_of_touch": (503, "网关暂时读不到最新的授权，按规定不能提供数据，请稍后再试。"),
    "unexpected": (500, "网关出错，没有提供数据。已经记入日志，请联系总枢纽。"),
    "starting": (503, "网关正在启动，请稍后再试。"),
}


class Problem(Exception):
    """A refusal on its way to the client. ``more`` are further members of the answer, never personal values."""

    def __init__(self, code: str, detail: str = "", *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status, said = KNOWN[code]
        self.detail = detail or said
        self.retry_after = retry_after
        self.more = more

    def document(self) -> dict[str, Any]:
        return {
            "type": f"urn:xiang:problem:{self.code}",
            "title": self.detail,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.more,
        }


def reason(code: str) -> str:
    """What the record of a refused use says: the code, and the words that the person concerned will read."""
    return f"{code}: {KNOWN[code][1]}"[:300]
