"""Why an exchange stops. Each reason has a stable code and a sentence that says what to do next; none holds a value."""

from __future__ import annotations


class Stopped(Exception):
    """The run cannot go on as things are. ``code`` is stable; ``detail`` is Chinese, for the steward."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Interrupted(Stopped):
    """An end went away or is busy (locked, restarting, slow): the run goes on from its last chunk when tried again."""


class BadValue(Stopped):
    """A value does not fit the column it is for. Says the column and the row's number, never the value."""

    def __init__(self, column: str, kind: str, row: int | None = None) -> None:
        place = f"第 {row} 行" if row else "有一行"
        super().__init__("bad_value", f"{place}“{column}”的值不是合格的{kind}，请在来源改正后重新运行。")
        self.column = column
        self.row = row
