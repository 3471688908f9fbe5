"""Who holds a port, and which one is free."""

from __future__ import annotations

import errno
import shutil
import socket
import subprocess
from pathlib import Path

from launcher.messages import Problem

LISTENING = "0A"  # the state column of /proc/net/tcp
REACH = 200


def require_free(host: str, port: int) -> None:
    """Raise the sentence that helps when the port cannot be opened."""
    try:
        _open(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise Problem("port-refused", host=host, port=port, detail=error.strerror) from error
        raise Problem("port-taken", port=port, holder=holder(port), free=next_free(host, port)) from error


def next_free(host: str, port: int) -> int:
    """The nearest free port above; else whichever the machine offers."""
    for candidate in (*range(port + 1, min(port + REACH, 65536)), 0) if port else (0,):
        try:
            return _open(host, candidate)
        except OSError:
            continue
    return 0


def _open(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """The process that listens on a port, as far as this account may see it."""
    return _holder_by_proc(port) or _holder_by_lsof(port) or "another program (of another account)"


def _holder_by_proc(port: int) -> str:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir()):
                words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                return f"{' '.join(words)[:60].strip()} (pid {process.name})"
        except OSError:
            continue  # another account's process, or one that ended meanwhile
    return ""


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for row in table.read_text().splitlines()[1:] if table.exists() else ():
            columns = row.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                found.add(columns[9])
    return found


def _holder_by_lsof(port: int) -> str:
    if not shutil.which("lsof"):
        return ""
    asked = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    facts = {line[0]: line[1:] for line in answer.splitlines() if line}
    return f"{facts['c']} (pid {facts['p']})" if {"c", "p"} <= facts.keys() else ""
