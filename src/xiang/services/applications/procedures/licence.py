"""The licence procedure (行政许可): 中华人民共和国行政许可法 (2019), chapter 4.

Silence on acceptance is acceptance from the day of receipt (art. 32); silence on the decision never grants. Every
limit is a rule of ``statutes`` in the slot that a deadline names.
"""

from __future__ import annotations

from xiang.foundation.cases.procedures import Clock, Deadline, Procedure, State, Transition, register
from xiang.services.applications.procedures import asks, effects

STOP_REASONS = {
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}
"""The closed list of article 45: nothing else stops the clock of a licence."""

BEFORE_DECISION = ("submitted", "supplementing", "accepted", "stopped", "hearing", "deciding")
OPEN = ("waiting", *BEFORE_DECISION, "granted")

LICENCE = register(
    Procedure(
        key="licence",
        version=1,
        title="行政许可",
        regime="许可",
        initial="submitted",
        states=(
            State("waiting", "等前一项", "wait", "prerequisite"),
            State("submitted", "待受理"),
            State("supplementing", "等补正", "you", "applicant"),
            State("accepted", "审查"),
            State("stopped", "停钟", "stop"),
            State("hearing", "听证", "stop"),
            State("deciding", "待决定"),
            State("granted", "准予，待送达"),
            State("delivered", "已办结", "done", closed=True),
            State("refused", "不予许可", "done", closed=True),
            State("declined", "不予受理", "done", closed=True),
            State("not_needed", "不需要许可", "done", closed=True),
            State("withdrawn", "已撤回", "done", closed=True),
            State("revoked", "已撤销", "done", closed=True),
            State("cancelled", "已注销", "done", closed=True),
        ),
        transitions=(
            Transition(
                "start", "前一项办好，自动开始", ("waiting",), "submitted", ("system",), icon="player-play"
            ),
            Transition(
                "accept", "受理", ("submitted",), "accepted", ("receiver",),
                basis="行政许可法第三十二条第一款第五项", clock=Clock.START, document="acceptance_notice",
                effect=effects.accepted, asks=asks.OPINION, batch=True, key="A", icon="check",
            ),
            Transition(
                "deem_accepted", "视为受理", ("submitted",), "accepted", ("system",),
                basis="行政许可法第三十二条第一款第四项", clock=Clock.START, document="acceptance_notice",
                effect=effects.accepted, backdate="received_on", icon="clock-check",
            ),
            Transition(
                "correct_on_spot", "当场更正", ("submitted",), "", ("receiver",),
                basis="行政许可法第三十二条第一款第三项", asks=asks.form(("corrected",), corrected=asks.lines("更正了哪些")),
                icon="pencil",
            ),
            Transition(
                "ask_supplement", "一次性补正", ("submitted",), "supplementing", ("receiver",),
                basis="行政许可法第三十二条第一款第四项", asks=asks.MISSING, guard=effects.once_only,
                effect=effects.supplement_asked, document="supplement_notice", preview=True, key="B", icon="file-plus",
            ),
            Transition(
                "not_needed", "不受理", ("submitted",), "not_needed", ("receiver",),
                basis="行政许可法第三十二条第一款第一项", asks=asks.REASON, document="not_needed_notice",
                preview=True, outcome="not_needed", icon="circle-off",
            ),
            Transition(
                "decline", "不予受理", ("submitted",), "declined", ("receiver",),
                basis="行政许可法第三十二条第一款第二项", asks=asks.ELSEWHERE, document="decline_decision",
                preview=True, outcome="declined", icon="arrow-forward-up",
            ),
            Transition(
                "supplement", "提交补正", ("supplementing",), "submitted", ("applicant",),
                basis="行政许可法第三十二条第一款第五项", asks=asks.form(files=asks.lines("补正的材料", 0)),
                effect=effects.received_again, icon="file-upload",
            ),
            Transition(
                "supplement_overdue", "补正期限已过", ("supplementing",), "", ("system",), icon="hourglass-off"
            ),
            Transition(
                "lapse", "视为撤回", ("supplementing",), "withdrawn", ("receiver",),
                basis="告知的补正期限已过未补正（地方规定，依据待核）", asks=asks.REASON, document="withdrawal_notice",
                preview=True, outcome="withdrawn", icon="arrow-back-up",
            ),
            Transition(
                "inspect", "现场核查", ("accepted",), "", ("reviewer",),
                basis="行政许可法第三十四条第三款", guard=effects.two_inspectors,
                asks=asks.form(
                    ("inspectors", "on", "findings"), inspectors=asks.lines("核查人员（两名以上）", 2),
                    on=asks.day("核查日期"), findings=asks.line("核查结果", 2000),
                ), icon="walk",
            ),
            Transition(
                "hear_interested", "听取利害关系人意见", ("accepted",), "", ("reviewer",),
                basis="行政许可法第三十六条", asks=asks.form(("heard",), heard=asks.line("听取了谁的什么意见", 2000)),
                icon="messages",
            ),
            Transition(
                "stop", "停钟", ("accepted",), "stopped", ("reviewer",),
                basis="行政许可法第四十五条", clock=Clock.STOP, asks=asks.STOP, document="special_procedure_notice",
                preview=True, key="S", icon="player-pause",
            ),
            Transition(
                "resume", "时钟恢复", ("stopped",), "accepted", ("reviewer",),
                basis="行政许可法第四十五条", clock=Clock.RESUME,
                asks=asks.form(("result",), result=asks.line("结果", 500)), icon="player-play",
            ),
            Transition(
                "tell_hearing", "告知听证权利", ("accepted",), "", ("reviewer",),
                basis="行政许可法第四十七条", asks=asks.REASON, document="hearing_right_notice", icon="speakerphone",
            ),
            Transition(
                "request_hearing", "申请听证", ("accepted",), "hearing", ("applicant",),
                basis="行政许可法第四十七条", clock=Clock.STOP, stop_reason="hearing", asks=asks.OPINION, icon="speakerphone",
            ),
            Transition(
                "hold_hearing", "听证结束", ("hearing",), "accepted", ("reviewer",),
                basis="行政许可法第四十八条", clock=Clock.RESUME,
                asks=asks.form(("record",), record=asks.line("听证笔录要点", 4000)), icon="gavel",
            ),
            Transition(
                "hearing_overdue", "听证未在期限内举行", ("hearing",), "", ("system",), icon="alert-triangle"
            ),
            Transition(
                "ask_extension", "申请延期", ("accepted", "deciding"), "", ("reviewer",),
                basis="行政许可法第四十二条第一款", asks=asks.REASON, effect=effects.extension_asked, key="E",
                icon="calendar-plus",
            ),
            Transition(
                "extend", "批准延期", ("accepted", "deciding"), "", ("head",),
                basis="行政许可法第四十二条第一款", clock=Clock.EXTEND, asks=asks.REASON,
                guard=effects.extension_was_asked, document="extension_notice", preview=True, icon="calendar-plus",
            ),
            Transition(
                "recommend_grant", "报请准予", ("accepted",), "deciding", ("reviewer",),
                basis="行政许可法第三十八条第一款", asks=asks.OPINION, effect=effects.recommended,
                apart_from=("accept",), batch=True, key="A", icon="thumb-up",
            ),
            Transition(
                "recommend_refusal", "报请不予许可", ("accepted",), "deciding", ("reviewer",),
                basis="行政许可法第三十八条第二款", asks=asks.REASON, effect=effects.recommended,
                apart_from=("accept",), key="D", icon="thumb-down",
            ),
            Transition(
                "send_back", "退回审查", ("deciding",), "accepted", ("decider",),
                basis="行政许可法第三十四条", asks=asks.REASON, key="R", icon="arrow-back-up",
            ),
            Transition(
                "grant", "准予许可", ("deciding",), "granted", ("decider",),
                basis="行政许可法第三十八条第一款", clock=Clock.END, asks=asks.OPINION, effect=effects.decided, guard=effects.printable,
                document="grant_decision", apart_from=("accept", "recommend_grant", "recommend_refusal"),
                batch=True, key="A", outcome="granted", icon="certificate",
            ),
            Transition(
                "refuse", "不予许可", ("deciding",), "refused", ("decider",),
                basis="行政许可法第三十八条第二款", clock=Clock.END, asks=asks.REASON, effect=effects.decided,
                document="refusal_decision", apart_from=("accept", "recommend_grant", "recommend_refusal"),
                preview=True, outcome="refused", icon="x",
            ),
            Transition(
                "deliver", "送达", ("granted",), "delivered", ("issuer", "receiver"),
                basis="行政许可法第四十四条", asks=asks.DELIVERY, document="delivery_receipt", outcome="granted",
                batch=True, key="A", icon="send",
            ),
            Transition(
                "delivery_overdue", "未在期限内送达", ("granted",), "", ("system",), icon="alert-triangle"
            ),
            Transition(
                "withdraw", "撤回申请", BEFORE_DECISION, "withdrawn", ("applicant",),
                basis="申请人在作出决定前可以撤回申请（依据待核）", asks=asks.OPINION, document="withdrawal_notice",
                clock=Clock.END, outcome="withdrawn", icon="arrow-back-up",
            ),
            Transition(
                "urge", "催办", OPEN, "", ("applicant",),
                basis="优化营商环境条例第三十六条（参照）", asks=asks.OPINION, icon="bell-ringing",
            ),
            Transition(
                "mark_overdue", "超过承诺时限", ("accepted", "deciding"), "", ("system",), effect=effects.overdue,
                icon="alert-triangle",
            ),
            Transition(
                "mark_legal_overdue", "超过法定时限", ("accepted", "deciding"), "", ("system",), effect=effects.overdue,
                icon="alert-triangle",
            ),
            Transition(
                "revoke", "撤销许可", ("delivered",), "revoked", ("head",),
                basis="行政许可法第六十九条", asks=asks.REASON, document="revocation_decision", preview=True,
                outcome="revoked", icon="ban",
            ),
            Transition(
                "cancel", "注销许可", ("delivered",), "cancelled", ("decider",),
                basis="行政许可法第七十条", asks=asks.REASON, document="cancellation_decision", preview=True,
                outcome="cancelled", icon="circle-off",
            ),
        ),
        deadlines=(
            Deadline("submitted", "accept", "deem_accepted"),
            Deadline("supplementing", "supplement", "supplement_overdue"),
            Deadline("hearing", "hearing", "hearing_overdue"),
            Deadline("accepted", "promised", "mark_overdue"),
            Deadline("deciding", "promised", "mark_overdue"),
            Deadline("accepted", "legal", "mark_legal_overdue"),
            Deadline("deciding", "legal", "mark_legal_overdue"),
            Deadline("granted", "deliver", "delivery_overdue"),
        ),
        stop_reasons=STOP_REASONS,
    )
)  # fmt: skip
