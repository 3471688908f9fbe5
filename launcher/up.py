"""``./xiang up``: set up what is missing, then run and look after the processes until asked to stop."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from launcher import ports, running
from launcher.console import Console, pad
from launcher.messages import words
from launcher.place import Place
from launcher.records import Records
from launcher.steps import Step, carry_out, serving_steps
from launcher.supervise import Backoff, Child, Supervisor

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Plan:
    """What a start does: the steps before, the processes after, and what is told when they answer."""

    place: Place
    host: str
    port: int
    steps: Sequence[Step]
    children: Sequence[Child]
    accounts: Path | None = None
    backoff: Backoff | None = None

    @property
    def url(self) -> str:
        return f"http://{_reachable(self.host)}:{self.port}/"


def main(arguments: Sequence[str], place: Place, console: Console) -> int:
    """The command as typed."""
    parser = argparse.ArgumentParser(prog="xiang up", description="Set up what is missing and run everything.")
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000; 0: any that is free)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
    parser.add_argument("--data", metavar="DIR", help="folder for everything kept (var)")
    parser.add_argument("--people", type=int, metavar="N", help="people in the synthetic province (20000)")
    parser.add_argument("--profile", help="the province as data: a folder under profiles/, or a path (hunan)")
    chosen = parser.parse_args(arguments)
    if chosen.data or chosen.profile:
        place = Place.chosen(chosen.data or str(place.data), chosen.profile)
    place, port = _named(place, chosen.host), chosen.port or ports.next_free(chosen.host, 0)
    _ = place.profile  # an unknown profile is said before anything is set up
    records = Records(place, console)
    plan = Plan(
        place=place,
        host=chosen.host,
        port=port,
        steps=serving_steps(place, console, chosen.people),
        children=processes(place, chosen.host, port),
        accounts=records.accounts_file,
    )
    return start(plan, console)


def start(plan: Plan, console: Console) -> int:
    """Carry a plan out: one start per data folder, a free port, the steps, then the processes."""
    begun = time.monotonic()
    plan.place.prepare()
    with running.only_one(plan.place, plan.url):
        ports.require_free(plan.host, plan.port)
        carry_out(plan.steps, plan.place, console)

        def started() -> None:
            running.serving(plan.place, plan.url)
            _tell(plan, time.monotonic() - begun)

        Supervisor(plan.children, console, plan.backoff).run(started)
    console.say(words("stopped"))
    return 0


def processes(place: Place, host: str, port: int) -> list[Child]:
    """The web server, the gateway when there is one, the worker: each answers for one thing."""
    url = f"http://{_reachable(host)}:{port}/"
    # What QR codes on papers lead to; behind a proxy the operator names the public address.
    env = {"XIANG_PUBLIC_URL": url.rstrip("/")} | place.environ()
    web = Child(
        "web",
        _web_command(place, host, port),
        env,
        place.logs / "web.log",
        answers=lambda: _answers(_reachable(host), port),
        url=url,
    )
    worker = Child("worker", place.manage("work"), env, place.logs / "worker.log", grace=15)
    if not (place.root / "src" / "xiang" / "hub" / "gateway" / "__main__.py").exists():
        return [web, worker]
    gateway = [str(place.python), "-m", "xiang.hub.gateway", "--host", host, "--port", str(port + 1)]
    return [web, Child("gateway", gateway, env, place.logs / "gateway.log"), worker]


def _web_command(place: Place, host: str, port: int) -> list[str]:
    """WSGI, because the ORM is synchronous; a worker a core, few threads each, because the interpreter is the limit."""
    workers = os.environ.get("XIANG_WEB_WORKERS") or str(max(1, min(os.cpu_count() or 1, 2 if place.sqlite else 8)))
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": workers,
        "--blocking-threads": os.environ.get("XIANG_WEB_THREADS", "4"),
        "--workers-kill-timeout": "8",
        "--log-level": "warning",
    }
    named = [part for option in options.items() for part in option]
    flags = ["--no-ws", "--respawn-failed-workers"]
    return [str(place.python), "-m", "granian", *named, *flags, "xiang.config.wsgi:application"]


def _answers(host: str, port: int) -> bool:
    """Whether the web server answers anything; the first answer may take a while, because it loads the application."""
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """The address to type in a browser on this machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _named(place: Place, host: str) -> Place:
    """Listening on the network, the application must know the names it is called by."""
    if host in LOOPBACK or "XIANG_HOSTS" in os.environ:
        return place
    names = {"localhost", "127.0.0.1", "[::1]", socket.gethostname(), _outer_address()}
    names |= {host} if host not in ("0.0.0.0", "::") else set()  # noqa: S104
    return replace(place, choices=place.choices | {"XIANG_HOSTS": ",".join(sorted(filter(None, names)))})


def _outer_address() -> str:
    """The address of this machine on its network; asking the routing table sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: never reached
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _tell(plan: Plan, seconds: float) -> None:
    """Who can sign in, and last, where the eye rests: the address."""
    accounts = plan.accounts.read_text().rstrip() if plan.accounts and plan.accounts.exists() else ""
    lines = ["", accounts] if accounts else []
    lines += ["", f"湘  {words('up')}  ({words('ready-in', seconds=f'{seconds:.1f}')})", ""]
    for name, value in (("address", plan.url), ("data", plan.place.data), ("logs", plan.place.logs)):
        lines.append(f"  {pad(words(name), 9)}{value}")
    if accounts and plan.host not in LOOPBACK:
        lines += ["", words("open-network")]
    lines += ["", words("how-to-stop"), ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
