"""Texts and registers that the tests of the plan read. Invented, but for the notice of Hunan itself (a public document)."""

from __future__ import annotations

from pathlib import Path

from xiang.oversight.plan.engine.register import Body, Register

HERE = Path(__file__).parent
CLEAN = (HERE.parents[4] / "profiles/hunan/plans/2025.txt").read_text(encoding="utf-8")
CIRCULATING = (HERE / "data/circulating.txt").read_text(encoding="utf-8")

_NAMES = (
    ("data", "湖南省数据局", "省数据局"),
    ("reform", "湖南省发展和改革委员会", "省发展改革委"),
    ("finance", "湖南省财政厅", "省财政厅"),
    ("education", "湖南省教育厅", "省教育厅"),
    ("housing", "湖南省住房和城乡建设厅", "省住房城乡建设厅"),
    ("social", "湖南省人力资源和社会保障厅", "省人力资源社会保障厅"),
    ("health", "湖南省卫生健康委员会", "省卫生健康委"),
    ("cyber", "中共湖南省委网络安全和信息化委员会办公室", "省委网信办"),
)
REGISTER = Register(
    [Body(f"430000.{key}", name, short, "湖南省") for key, name, short in _NAMES]
    + [
        Body("430100.data", "长沙市数据局", "长沙市数据局", "长沙市"),
        Body("430200.data", "株洲市数据局", "株洲市数据局", "株洲市"),
        Body("430100.government", "长沙市人民政府", "长沙市人民政府", "长沙市"),
    ]
)
HEAD = "湖南省2025年样板工作要点\n湘政办函〔2025〕99号\n湖南省人民政府办公厅\n2025年2月1日\n"


def plan_of(*lines: str, head: str = HEAD) -> str:
    """A text with a head and these lines."""
    return head + "\n".join(lines) + "\n"
