"""The other regimes of the field: 确认, 给付, 公共服务, 备案.

They share one shape, and none of the licence regime's fictions: an unanswered application is not deemed accepted, an
overdue decision is never a grant, and the exclusions of article 45 do not apply. Each regime names the reasons for
which its own clock may stop, and an overdue step escalates. Whoever received never reviews or decides; a small office
may have one person review and decide.
"""

from __future__ import annotations

from collections.abc import Mapping

from xiang.foundation.cases.procedures import Clock, Deadline, Procedure, State, Transition, register
from xiang.services.applications.procedures import asks, effects

BEFORE_DECISION = ("submitted", "supplementing", "accepted", "stopped", "deciding")
OPEN = ("waiting", "paying", *BEFORE_DECISION, "granted")


def _plain(key: str, title: str, regime: str, law: str, stop_reasons: Mapping[str, str], decision: str) -> Procedure:
    """One regime. ``law`` is its general basis; the item's own basis stands on its guide and in its documents."""
    return register(
        Procedure(
            key=key,
            version=1,
            title=title,
            regime=regime,
            initial="submitted",
            states=(
                State("waiting", "等前一项", "wait", "prerequisite"),
                State("paying", "等您缴费", "you", "applicant"),
                State("submitted", "待受理"),
                State("supplementing", "等补正", "you", "applicant"),
                State("accepted", "办理中"),
                State("stopped", "停钟", "stop"),
                State("deciding", "待决定"),
                State("granted", "办好，待送达"),
                State("delivered", "已办结", "done", closed=True),
                State("refused", f"不予{decision}", "done", closed=True),
                State("declined", "不予受理", "done", closed=True),
                State("not_needed", "不需要办理", "done", closed=True),
                State("withdrawn", "已撤回", "done", closed=True),
                State("corrected", "已更正", "done", closed=True),
                State("revoked", "已撤销", "done", closed=True),
                State("cancelled", "已注销", "done", closed=True),
                State("invalidated", "已宣布无效", "done", closed=True),
            ),
            transitions=(
                Transition("start", "前一项办好，自动开始", ("waiting",), "submitted", ("system",), icon="player-play"),
                Transition("bill", "前一项办好，等您缴费", ("waiting",), "paying", ("system",), icon="receipt"),
                Transition(
                    "paid", "已缴费", ("paying",), "delivered", ("system",), basis=law, clock=Clock.END,
                    effect=effects.decided, document="payment_receipt", outcome="granted", icon="receipt",
                ),
                Transition(
                    "payment_overdue", "缴费期限已过", ("paying",), "", ("system",), icon="hourglass-off"
                ),
                Transition(
                    "drop", "前一项没有办成，不再需要", ("waiting", "paying"), "withdrawn", ("system",),
                    outcome="dropped", icon="arrow-back-up",
                ),
                Transition(
                    "accept", "受理", ("submitted",), "accepted", ("receiver",), basis=law, clock=Clock.START,
                    asks=asks.OPINION, effect=effects.accepted, document="acceptance_notice", batch=True, key="A",
                    icon="check",
                ),
                Transition(
                    "acceptance_overdue", "未在期限内答复是否受理", ("submitted",), "", ("system",),
                    icon="alert-triangle",
                ),
                Transition(
                    "correct_on_spot", "当场更正", ("submitted",), "", ("receiver",), basis=law,
                    asks=asks.form(("corrected",), corrected=asks.lines("更正了哪些")), icon="pencil",
                ),
                Transition(
                    "ask_supplement", "一次性补正", ("submitted",), "supplementing", ("receiver",),
                    basis="优化营商环境条例第三十六条", asks=asks.MISSING, guard=effects.once_only,
                    effect=effects.supplement_asked, document="supplement_notice", preview=True, key="B",
                    icon="file-plus",
                ),
                Transition(
                    "supplement", "提交补正", ("supplementing",), "submitted", ("applicant",), basis=law,
                    asks=asks.form(files=asks.lines("补正的材料", 0)), effect=effects.received_again, icon="file-upload",
                ),
                Transition(
                    "supplement_overdue", "补正期限已过", ("supplementing",), "", ("system",), icon="hourglass-off"
                ),
                Transition(
                    "not_needed", "不受理", ("submitted",), "not_needed", ("receiver",), basis=law, asks=asks.REASON,
                    document="not_needed_notice", preview=True, outcome="not_needed", icon="circle-off",
                ),
                Transition(
                    "decline", "不予受理", ("submitted",), "declined", ("receiver",), basis=law, asks=asks.ELSEWHERE,
                    document="decline_decision", preview=True, outcome="declined", icon="arrow-forward-up",
                ),
                Transition(
                    "stop", "停钟", ("accepted",), "stopped", ("reviewer",), basis=f"{law}（特别程序）",
                    clock=Clock.STOP, asks=asks.STOP, document="special_procedure_notice", preview=True, key="S",
                    icon="player-pause",
                ),
                Transition(
                    "resume", "时钟恢复", ("stopped",), "accepted", ("reviewer",), basis=f"{law}（特别程序）",
                    clock=Clock.RESUME, asks=asks.form(("result",), result=asks.line("结果", 500)), icon="player-play",
                ),
                Transition(
                    "ask_extension", "申请延期", ("accepted", "deciding"), "", ("reviewer",), basis=law,
                    asks=asks.REASON, effect=effects.extension_asked, key="E", icon="calendar-plus",
                ),
                Transition(
                    "extend", "批准延期", ("accepted", "deciding"), "", ("head",), basis=law, clock=Clock.EXTEND,
                    asks=asks.REASON, guard=effects.extension_was_asked, document="extension_notice", preview=True,
                    icon="calendar-plus",
                ),
                Transition(
                    "recommend_grant", f"报请{decision}", ("accepted",), "deciding", ("reviewer",), basis=law,
                    asks=asks.OPINION, effect=effects.recommended, apart_from=("accept",), batch=True, key="A",
                    icon="thumb-up",
                ),
                Transition(
                    "recommend_refusal", f"报请不予{decision}", ("accepted",), "deciding", ("reviewer",), basis=law,
                    asks=asks.REASON, effect=effects.recommended, apart_from=("accept",), key="D", icon="thumb-down",
                ),
                Transition(
                    "send_back", "退回", ("deciding",), "accepted", ("decider",), basis=law, asks=asks.REASON, key="R",
                    icon="arrow-back-up",
                ),
                Transition(
                    "grant", decision, ("deciding",), "granted", ("decider",), basis=law, clock=Clock.END,
                    guard=effects.printable, asks=asks.OPINION, effect=effects.decided, document="grant_decision",
                    apart_from=("accept",), batch=True, key="A",
                    outcome="granted", icon="certificate",
                ),
                Transition(
                    "refuse", f"不予{decision}", ("deciding",), "refused", ("decider",), basis=law, clock=Clock.END,
                    asks=asks.REASON, effect=effects.decided, document="refusal_decision",
                    apart_from=("accept",), preview=True, outcome="refused",
                    icon="x",
                ),
                Transition(
                    "deliver", "送达", ("granted",), "delivered", ("issuer", "receiver", "system"), basis=law,
                    asks=asks.DELIVERY, document="delivery_receipt", outcome="granted", batch=True, key="A", icon="send",
                ),
                Transition(
                    "withdraw", "撤回申请", ("waiting", "paying", *BEFORE_DECISION), "withdrawn", ("applicant",),
                    basis="申请人在作出决定前可以撤回申请（依据待核）", asks=asks.OPINION, clock=Clock.END,
                    document="withdrawal_notice", outcome="withdrawn", icon="arrow-back-up",
                ),
                Transition(
                    "urge", "催办", OPEN, "", ("applicant",), basis="优化营商环境条例第三十六条（参照）",
                    asks=asks.OPINION, icon="bell-ringing",
                ),
                Transition(
                    "mark_overdue", "超过承诺时限", ("accepted", "deciding"), "", ("system",), effect=effects.overdue,
                    icon="alert-triangle",
                ),
                Transition(
                    "correct", "更正", ("delivered",), "corrected", ("decider",), basis=law, asks=asks.REASON,
                    document="correction_notice", preview=True, outcome="corrected", icon="edit",
                ),
                Transition(
                    "revoke", "撤销", ("delivered",), "revoked", ("head",), basis=law, asks=asks.REASON,
                    document="revocation_decision", preview=True, outcome="revoked", icon="ban",
                ),
                Transition(
                    "cancel", "注销", ("delivered",), "cancelled", ("decider",), basis=law, asks=asks.REASON,
                    document="cancellation_decision", preview=True, outcome="cancelled", icon="circle-off",
                ),
                Transition(
                    "invalidate", "宣布无效", ("delivered",), "invalidated", ("head",), basis=law, asks=asks.REASON,
                    document="invalidation_notice", preview=True, outcome="invalidated", icon="ban",
                ),
            ),
            deadlines=(
                Deadline("submitted", "accept", "acceptance_overdue"),
                Deadline("supplementing", "supplement", "supplement_overdue"),
                Deadline("paying", "payment", "payment_overdue"),
                Deadline("accepted", "promised", "mark_overdue"),
                Deadline("deciding", "promised", "mark_overdue"),
            ),
            stop_reasons=stop_reasons,
        )
    )  # fmt: skip


CONFIRMATION = _plain(
    "confirmation", "行政确认", "确认", "事项实施规范（行政确认）",
    {"kinship_test": "亲子鉴定", "verification": "向外地机关核实", "survey": "实地调查"}, "确认",
)  # fmt: skip
BENEFIT = _plain(
    "benefit", "行政给付", "给付", "事项实施规范（行政给付）",
    {"verification": "向外地机关核实", "medical_review": "医疗费用审核鉴定"}, "给付",
)  # fmt: skip
PUBLIC_SERVICE = _plain(
    "public_service", "公共服务", "公共服务", "事项实施规范（公共服务）",
    {"verification": "向外地机关核实", "production": "制证"}, "办理",
)  # fmt: skip
FILING = _plain("filing", "备案", "备案", "事项实施规范（备案）", {"verification": "向外地机关核实"}, "备案")
