"""What a load did, or would do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from xiang.foundation.publishing.profile.rows import Problem


@dataclass(slots=True)
class Count:
    """How many rows of a section were added, changed, left, retired, or wait in conflict."""

    title: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    conflict: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed + self.retired


@dataclass(slots=True)
class Report:
    """The outcome. ``conflicts`` are not problems: the records were edited locally and were left as they are."""

    profile: str
    checked_only: bool = False
    problems: list[Problem] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def touched(self) -> int:
        return sum(count.touched for count in self.counts.values())

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "touched": self.touched, **asdict(self)}

    def lines(self) -> list[str]:
        """The outcome as a person reads it on a terminal."""
        if self.problems:
            head = f"“{self.profile}”有 {len(self.problems)} 处要改，什么也没有写入："
            return [head, *(f"  {problem}" for problem in self.problems)]
        would = "会" if self.checked_only else ""
        out = [
            f"  {count.title}：{would}新增 {count.added}，更新 {count.changed}，未变 {count.unchanged}，"
            f"退役 {count.retired}，冲突 {count.conflict}"
            for count in self.counts.values()
            if count.touched or count.unchanged or count.conflict
        ]
        head = f"“{self.profile}”{'检查通过' if self.checked_only else '已装载'}" + (
            "，没有变化。" if not self.touched else "："
        )
        out += [f"  冲突 {conflict}" for conflict in self.conflicts]
        out += [f"  没有读：{name}（没有哪个部分认领这个文件）" for name in self.unread]
        return [head, *out]
