"""A small installation for tests of the launcher: real steps, real processes, nothing from the network.

Run as ``stand_in.py DATA PORT GATEWAY_PORT``; the choices are environment variables: ``HOLD`` names a file that the step
waits for, ``WEB`` is ``serve`` or ``fail``, ``STUBBORN`` makes the worker ignore TERM.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from launcher import commands, up
from launcher.console import Console
from launcher.place import Place
from launcher.stamps import Stamps, digest
from launcher.steps import Step
from launcher.supervise import Backoff, Child

# Each process leaves its number behind, so that a test can find it, kill it and see that it is gone.
NUMBER = "import os, sys, signal, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n');"
WORKER = NUMBER + "'STUBBORN' in os.environ and signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
SERVER = (
    NUMBER
    + """
import http.server, socketserver
socketserver.TCPServer.allow_reuse_address = True
http.server.HTTPServer(('127.0.0.1', int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
)
FAILURE = NUMBER + "sys.exit('the settings name a database that is not there')"


def plan(data: Path, port: int, gateway_port: int) -> up.Plan:
    place = Place(data, root=data.parent)
    return up.Plan(
        place=place,
        host="127.0.0.1",
        port=port,
        steps=[_step(place)],
        children=lambda: _children(place, port, up._gateway_port("127.0.0.1", gateway_port, Console())),
        backoff=Backoff(first=0.05, most=0.2),
    )


def _children(place: Place, port: int, gateway_port: int) -> list[Child]:
    """What ``up`` runs, each with a stand-in for its program."""
    web = FAILURE if os.environ.get("WEB") == "fail" else SERVER
    programs = {"web": [web, str(port)], "gateway": [SERVER, str(gateway_port)], "worker": [WORKER]}
    return [
        replace(child, command=_line(place, child.key, *programs[child.key]), env=dict(os.environ), grace=1)
        for child in up.processes(place, "127.0.0.1", port, gateway_port)
    ]


def _line(place: Place, key: str, program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, str(place.data / f"{key}.pids"), *arguments]


def _step(place: Place) -> Step:
    """Counts how often it ran; its input is a file beside the data folder, its stamp lies in it."""
    stamps, source, count = Stamps(place.run / "stamps.json"), place.root / "input", place.data / "ran"

    def do() -> None:
        hold = os.environ.get("HOLD")
        while hold and not Path(hold).exists():
            time.sleep(0.02)
        count.write_text(count.read_text() + "x" if count.exists() else "x")
        stamps.keep("load", digest(source))

    return Step("load", lambda: stamps.fresh("load", digest(source)), do)


if __name__ == "__main__":
    chosen = plan(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    commands.COMMANDS["up"] = commands.Command("up", "", "", lambda *_: up.start(chosen, Console()))
    sys.exit(commands.main(["--data", sys.argv[1], "up"]))
