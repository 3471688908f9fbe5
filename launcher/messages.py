"""Everything the launcher says, in the language of the terminal, each sentence under a stable code.

Scripts and tests match the code, which is printed in brackets; people read the sentence. ``XIANG_LANG=en`` or ``zh``
chooses by hand.
"""

from __future__ import annotations

import os

TITLES: dict[str, tuple[str, str]] = {
    "venv": ("Python environment", "Python 环境"),
    "uv": ("Installer", "安装器"),
    "packages": ("Python packages", "Python 依赖"),
    "analytics": ("Packages for large data", "大数据量分析组件"),
    "node": ("Node", "Node"),
    "pages": ("Page libraries", "页面依赖"),
    "migrate": ("Records", "数据库"),
    "static": ("Static files", "静态文件"),
    "load": ("Profile of the province", "省情配置"),
    "province": ("Synthetic province", "模拟全省数据"),
    "accounts": ("Demonstration accounts", "演示账号"),
    "start": ("Processes", "启动服务"),
    "lock": ("Locks", "锁定版本"),
}

WORDS: dict[str, tuple[str, str]] = {
    "done-before": ("ready", "已就绪"),
    "done": ("done", "完成"),
    "failed": ("failed", "未完成"),
    "not-here": ("not part of this build yet", "此版本还没有这一项"),
    "working": ("working, {seconds} s", "进行中，{seconds} 秒"),
    "waiting": ("another ./xiang is setting up here, waiting for it", "另一个 ./xiang 正在这里安装，等它完成"),
    "up": ("Xiang is up", "已启动"),
    "address": ("address", "地址"),
    "data": ("data", "数据"),
    "logs": ("logs", "日志"),
    "ready-in": ("ready in {seconds} s", "用时 {seconds} 秒"),
    "how-to-stop": ("Ctrl-C stops everything.", "按 Ctrl-C 停止全部服务。"),
    "stopping": ("Stopping …", "正在停止……"),
    "stopped": ("Everything has stopped.", "已全部停止。"),
    "open-network": (
        "Reachable from the network with demonstration accounts whose passwords are public: for trials only.",
        "局域网可以访问，演示账号的口令是公开的：只供试用。",
    ),
    "child-restarts": (
        "{title} stopped ({how}); starting it again in {seconds} s. Log: {log}",
        "{title}已退出（{how}），{seconds} 秒后重新启动。日志：{log}",
    ),
    "backup": ("backed up to {file}", "已备份到 {file}"),
    "interrupted": (
        "Stopped. What was done is kept; run the same command to go on.",
        "已中断。做完的都保留着，再运行同一命令即可继续。",
    ),
    "web": ("web server", "网站"),
    "worker": ("worker", "后台任务"),
    "gateway": ("gateway", "网关"),
    "gateway-elsewhere": (
        "Port {port} is taken by {holder}; the gateway answers on {found}.",
        "端口 {port} 被 {holder} 占用，网关改用 {found}。",
    ),
    "lint-clean": ("All checks pass.", "全部检查通过。"),
}

PROBLEMS: dict[str, tuple[str, str]] = {
    "no-venv": (
        "This Python ({python}) came without venv. {hint}, then run the same command again.",
        "这个 Python（{python}）没有带 venv。{hint}，再运行同一命令。",
    ),
    "not-unix": (
        "Xiang runs on Linux and macOS; on Windows use WSL.",
        "湘运行在 Linux 和 macOS 上；Windows 请用 WSL。",
    ),
    "registry-unreachable": (
        "The package registry cannot be reached ({detail}). What is installed is kept: run the same command again when "
        "the network is back. Behind a proxy set HTTPS_PROXY; for a mirror set index-url (pip config) and registry "
        "(npm config).",
        "连不上软件包仓库（{detail}）。已装好的都保留着，网络恢复后再运行同一命令。需要代理时设置 HTTPS_PROXY；"
        "用镜像时设置 pip 的 index-url 和 npm 的 registry。",
    ),
    "disk-full": (
        "The disk is full: {folder} has {free} left. Free some room, run the same command again; what is done is kept.",
        "磁盘满了：{folder} 只剩 {free}。腾出空间后再运行同一命令，做完的都保留着。",
    ),
    "disk-short": (
        "Setting up needs about {needed} in {folder}; {free} is free. Free some room, or choose another disk.",
        "安装需要约 {needed}，{folder} 只剩 {free}。请腾出空间，或换一个磁盘。",
    ),
    "data-unusable": (
        "The data folder {folder} cannot be written ({detail}). Choose another: ./xiang up --data DIR",
        "数据目录 {folder} 不能写入（{detail}）。换一个：./xiang up --data 目录",
    ),
    "project-read-only": (
        "The project folder {folder} cannot be written ({detail}); the environment is made there. "
        "Copy the project to a folder that you own.",
        "项目目录 {folder} 不能写入（{detail}），运行环境要装在里面。请把项目复制到您有权限的目录。",
    ),
    "already-running": (
        "Already running on this data folder: {url} (process {pid}). Ctrl-C in its terminal stops it, or: kill {pid}",
        "这个数据目录已在运行：{url}（进程 {pid}）。在它的终端按 Ctrl-C，或运行 kill {pid}，即可停止。",
    ),
    "already-starting": (
        "Process {pid} is setting up this data folder just now; it will serve {url}",
        "进程 {pid} 正在准备这个数据目录，完成后地址是 {url}",
    ),
    "port-taken": (
        "Port {port} is taken by {holder}. A free one: ./xiang up --port {free}",
        "端口 {port} 被 {holder} 占用。可用的端口：./xiang up --port {free}",
    ),
    "port-refused": (
        "Port {port} on {host} cannot be opened ({detail}). Ports under 1024 need rights; try --port 8000.",
        "{host} 的端口 {port} 打不开（{detail}）。1024 以下的端口需要权限，可用 --port 8000。",
    ),
    "step-failed": (
        "{title} did not succeed. The last lines were:\n{tail}\nFull output: {log}",
        "{title}没有完成。最后几行：\n{tail}\n完整输出：{log}",
    ),
    "child-fails": (
        "The {title} stops right after its start ({how}). The last lines were:\n{tail}\nFull output: {log}",
        "{title}一启动就退出（{how}）。最后几行：\n{tail}\n完整输出：{log}",
    ),
    "no-answer": (
        "The {title} did not answer at {url} within {seconds} s. Log: {log}",
        "{title}在 {seconds} 秒内没有应答（{url}）。日志：{log}",
    ),
    "no-such-profile": (
        "There is no profile '{profile}'. Known: {known}; or give a folder.",
        "没有名为“{profile}”的省情配置。现有：{known}；也可以给出目录。",
    ),
    "no-such-command": (
        "There is no command '{command}'.{nearest} ./xiang help lists them.",
        "没有“{command}”这个命令。{nearest}全部命令见 ./xiang help。",
    ),
    "no-such-bench": (
        "There is no bench '{bench}'. Known: {known}",
        "没有名为“{bench}”的测量。现有：{known}",
    ),
    "lint-fails": ("Not clean: {checks}", "没有通过：{checks}"),
}


def chinese() -> bool:
    """Whether the terminal speaks Chinese: XIANG_LANG, else the usual variables, the strongest first."""
    names = ("XIANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "").lower().startswith("zh")


def _chosen(pair: tuple[str, str]) -> str:
    return pair[chinese()]


def title(code: str) -> str:
    return _chosen(TITLES[code])


def words(code: str, **facts: object) -> str:
    return _chosen(WORDS[code]).format(**facts)


class Problem(Exception):
    """What went wrong, under a stable code, in a sentence that says what to do."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        super().__init__(_chosen(PROBLEMS[code]).format(**facts))


def size_in_words(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
