"""``./xiang up``: set up what is missing, then run and look after the processes until asked to stop."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from launcher import ports, running
from launcher.console import Console, pad
from launcher.messages import Problem, words
from launcher.place import Place
from launcher.records import Records
from launcher.steps import Step, carry_out, serving_steps
from launcher.supervise import Backoff, Child, Supervisor

GATEWAY_PORT = 8700
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Plan:
    """What a start does: the steps before, the processes after (named last: by then it is known which ports are free), and
    what is told when they answer."""

    place: Place
    host: str
    port: int
    steps: Sequence[Step]
    children: Callable[[], Sequence[Child]]
    accounts: Path | None = None
    backoff: Backoff | None = None

    @property
    def url(self) -> str:
        return _url(self.host, self.port)


def main(arguments: Sequence[str], place: Place, console: Console) -> int:
    """The command as typed."""
    parser = argparse.ArgumentParser(prog="xiang up", description="Set up what is missing and run everything.")
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000; 0: any that is free)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
    parser.add_argument(
        "--gateway-port", type=int, default=GATEWAY_PORT, help="port of the data gateway (8700, or the next)"
    )
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
        children=lambda: processes(place, chosen.host, port, _gateway_port(chosen.host, chosen.gateway_port, console)),
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
        children = plan.children()

        def started() -> None:
            running.serving(plan.place, plan.url)
            _tell(plan, children, time.monotonic() - begun)

        Supervisor(children, console, plan.backoff).run(started)
    console.say(words("stopped"))
    return 0


def processes(place: Place, host: str, port: int, gateway_port: int = GATEWAY_PORT) -> list[Child]:
    """The web server, the data gateway, the worker: each answers for one thing."""
    url, gateway = _url(host, port), _url(host, gateway_port)
    # What QR codes on papers lead to, and where applications call; behind a proxy the operator names the public addresses.
    addresses = {"XIANG_PUBLIC_URL": url.rstrip("/"), "XIANG_GATEWAY_ADDRESS": gateway.rstrip("/")}
    env = addresses | place.environ()
    web = Child(
        "web",
        _web_command(place, host, port),
        env,
        place.logs / "web.log",
        answers=lambda: _answers(_reachable(host), port),
        url=url,
    )
    plane = Child(
        "gateway",
        _gateway_command(place, host, gateway_port),
        env,
        place.logs / "gateway.log",
        answers=lambda: _answers(_reachable(host), gateway_port, "/healthz"),
        url=gateway,
    )
    return [web, plane, Child("worker", place.manage("work"), env, place.logs / "worker.log", grace=15)]


def _gateway_command(place: Place, host: str, port: int) -> list[str]:
    """SQLite has one writer, so one process; else a process a core."""
    workers = os.environ.get("XIANG_GATEWAY_WORKERS") or str(1 if place.sqlite else min(os.cpu_count() or 1, 8))
    return [
        *(str(place.python), "-m", "xiang.hub.gateway.plane"),
        *("--host", host, "--port", str(port), "--workers", workers),
    ]


def _gateway_port(host: str, wished: int, console: Console) -> int:
    """The port wished for, or the next that is free: its clients are told the address, nobody types it."""
    try:
        ports.require_free(host, wished)
    except Problem as problem:
        if problem.code != "port-taken":
            raise
    else:
        return wished or ports.next_free(host, 0)
    found = ports.next_free(host, wished)
    console.say(words("gateway-elsewhere", port=wished, holder=ports.holder(wished), found=found))
    return found


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


def _answers(host: str, port: int, path: str = "/") -> bool:
    """Whether a server answers anything; the first answer may take a while, because it loads the application."""
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _url(host: str, port: int) -> str:
    return f"http://{_reachable(host)}:{port}/"


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


def _tell(plan: Plan, children: Sequence[Child], seconds: float) -> None:
    """Who can sign in, and last, where the eye rests: the addresses."""
    accounts = plan.accounts.read_text().rstrip() if plan.accounts and plan.accounts.exists() else ""
    lines = ["", accounts] if accounts else []
    lines += ["", f"湘  {words('up')}  ({words('ready-in', seconds=f'{seconds:.1f}')})", ""]
    further = [(child.key, child.url) for child in children if child.url not in ("", plan.url)]
    for name, value in (("address", plan.url), *further, ("data", plan.place.data), ("logs", plan.place.logs)):
        lines.append(f"  {pad(words(name), 9)}{value}")
    if accounts and plan.host not in LOOPBACK:
        lines += ["", words("open-network")]
    lines += ["", words("how-to-stop"), ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
