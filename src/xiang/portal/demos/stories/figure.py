"""A figure on the board, traced to one masked case and to its proof."""

from __future__ import annotations

from xiang.portal.demos import proving
from xiang.portal.demos.player import Player
from xiang.portal.demos.stories import birth
from xiang.portal.demos.telling import Telling, story

FIGURE = "applications.prefilled"


@story("figure", "看板上的一个数", "从看板上的免填报率，查到一件（遮住编号的）办件，再到它的存证证明")
def play(player: Player, telling: Telling) -> None:
    """One application, the figure that counts it, the case behind it, the entry that proves it."""
    number = birth.apply(player, Telling("", ""))
    player.work()
    found = player.figure(FIGURE)
    words = f"{found['title']} = {found['numerator']} ÷ {found['denominator']} = {found['value']}%；{found['formula']}"
    telling.tell("figure", words, figure=found)
    rows = player.traced(FIGURE)
    numerator, denominator = (sum(row[side] for row in rows) for side in ("numerator", "denominator"))
    row = next(row for row in rows if row["case"].endswith(number[-4:]))
    words = f"拆开看：{len(rows)} 件加起来正好是它；其中一件 {row['case']}（{row['item']}）占 {row['numerator']}/{row['denominator']}"
    telling.tell(
        "case",
        words,
        rows=len(rows),
        adds_up=[numerator, denominator] == [found["numerator"], found["denominator"]],
        masked=row,
    )
    proof = player.proof(birth.MOTHER, number, "case.submit")
    said = proving.check_offline(proof["proof"], player.keys())
    words = (
        f"这件提交时写下的账本记录，第 {proof['proof']['index']} 条，离线核验{'成立' if said['holds'] else '不成立'}"
    )
    telling.tell("proof", words, entry=proof["entry"], index=proof["proof"]["index"], holds=said["holds"])
