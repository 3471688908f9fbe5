"""The commands of ``./xiang``: one table of what each is for, what it needs and what it runs."""

from __future__ import annotations

import difflib
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from launcher import develop, up
from launcher.console import Console
from launcher.messages import Problem, chinese, words
from launcher.place import Place
from launcher.steps import analytics_steps, carry_out, environment_steps, page_steps, record_steps
from launcher.work import disk_told

Run = Callable[[Sequence[str], Place, Console], int]


@dataclass(frozen=True)
class Command:
    """A word after ``./xiang``."""

    usage: str
    english: str
    chinese: str
    run: Run


def _room(name: str, *, records: bool, pages: bool = False, analytics: bool = False) -> Run:
    """A command that a room provides; with ``records`` the tables and the profile are made ready first, with ``pages``
    what pages and papers are made of, with ``analytics`` what large data is worked on with."""

    def become(arguments: Sequence[str], place: Place, console: Console) -> int:
        place.prepare()
        steps = environment_steps(place, console)
        steps += analytics_steps(place, console) if analytics else []
        steps += page_steps(place, console) if pages else []
        steps += record_steps(place, console) if records else []
        carry_out(steps, place, console)
        words_given = [name, *arguments] if name else list(arguments)
        os.execve(place.python, place.manage(*words_given), place.environ())

    return become


COMMANDS: dict[str, Command] = {
    "up": Command(
        "up [--port N] [--data DIR] [--help]",
        "set up what is missing and run everything",
        "补齐环境并启动全部服务",
        up.main,
    ),
    "demo": Command(
        "demo [NAME] [--list] [--json] [--url URL]",
        "play a journey through the public API",
        "通过公开接口演示一件事",
        _room("demo", records=False, pages=True),
    ),
    "load": Command(
        "load PROFILE [--check]",
        "load a province from its files",
        "载入省情配置，列出改动",
        _room("load", records=False),
    ),
    "profile": Command(
        "profile export",
        "write the profile back to files",
        "把配置写回文件",
        _room("profile", records=True),
    ),
    "clock": Command(
        "clock due --start D --limit 5wd",
        "a due date and its derivation, day by day",
        "推算期限，逐日列出依据",
        _room("clock", records=True),
    ),
    "check": Command(
        "check id|uscc|credential|division V",
        "check a number and read its parts",
        "校验证件号码并读出各段",
        _room("check", records=True),
    ),
    "policy": Command(
        "policy evaluate | compile | convert",
        "what a usage policy allows, and why",
        "评估、编译、转换使用策略",
        _room("policy", records=False),
    ),
    "plan": Command(
        "plan parse FILE [--json]",
        "read a work plan: tasks, units, targets",
        "读工作要点：任务、单位、目标",
        _room("plan", records=False),
    ),
    "quality": Command(
        "quality run DATA --rules R | suggest DATA",
        "check a file or table against rules",
        "按规则检查文件或库表",
        _room("quality", records=False, analytics=True),
    ),
    "link": Command(
        "link A [B] --config C",
        "find the records that are of one and the same",
        "找出指向同一主体的记录",
        _room("link", records=False, analytics=True),
    ),
    "ledger": Command(
        "ledger verify | prove ENTRY",
        "verify the ledger, or prove one entry",
        "核验存证，或出具一条证明",
        _room("ledger", records=True),
    ),
    "test": Command("test [pytest arguments]", "set up and run the tests", "准备并运行测试", develop.test),
    "lint": Command("lint [--fix]", "style, types, floors and house rules", "风格、类型、分层与规约检查", develop.lint),
    "bench": Command("bench NAME", "measure, beside a peer", "与对照实现一起测量", develop.bench),
    "lock": Command("lock [--upgrade]", "resolve the dependencies anew", "重新锁定依赖版本", develop.lock),
    "manage": Command("manage …", "any management command", "任意管理命令", _room("", records=False)),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; a problem is told in a sentence, with its code, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a locale without the signs must not stop a start
    console = Console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _dispatch(list(arguments), console)
    except Problem as problem:
        console.say(f"xiang: {problem} [{problem.code}]")
        # A second start finds what it wanted: the thing runs.
        return 0 if problem.code == "already-running" else 1
    except KeyboardInterrupt:
        console.say("\n" + words("interrupted"))
        return 130


def _dispatch(arguments: list[str], console: Console) -> int:
    if os.name != "posix":
        raise Problem("not-unix")
    data = None
    if arguments[:1] == ["--data"] and len(arguments) > 1:
        data, arguments = arguments[1], arguments[2:]
    name = arguments[0] if arguments else "help"
    if name in ("help", "--help", "-h"):
        sys.stdout.write(usage())
        return 0
    if name not in COMMANDS:
        raise Problem("no-such-command", command=name, nearest=nearest(name))
    place = Place.chosen(data)
    place.prepare()
    with disk_told(place.data):
        return COMMANDS[name].run(arguments[1:], place, console)


def nearest(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    return f" → ./xiang {close[0]}?" if close else ""


def usage() -> str:
    lines = ["湘 Xiang", ""]
    for each in COMMANDS.values():
        told = each.chinese if chinese() else each.english
        lines.append(f"  ./xiang {each.usage:<38} {told}")
    lines += ["", "  XIANG_DATA, XIANG_DATABASE_URL, XIANG_PROFILE, XIANG_DEMO=0, XIANG_LANG=zh|en", ""]
    return "\n".join(lines)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
