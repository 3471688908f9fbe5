"""Starting, starting twice, dying and stopping, with real processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.launcher.conftest import Installation, eventually


def test_a_start_serves_and_says_where(installation: Installation) -> None:
    installation.up()
    for port in (installation.port, installation.gateway_port):
        assert f"http://127.0.0.1:{port}/" in installation.output()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 200


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_a_term_and_a_closed_terminal_leave_nothing_running(
    installation: Installation, asked: signal.Signals
) -> None:
    started = installation.up()
    started.send_signal(asked)
    assert started.wait(20) == 0
    assert installation.left() == []
    assert "Everything has stopped." in installation.output()
    with socket.socket() as probe:  # the port is free again
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", installation.port))


def test_a_process_that_ignores_term_is_ended_after_its_grace(installation: Installation) -> None:
    started = installation.up(STUBBORN="1")
    started.terminate()
    assert started.wait(20) == 0
    assert installation.left() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_launcher_that_is_killed_takes_its_processes_along(installation: Installation) -> None:
    started = installation.up()
    started.kill()
    started.wait()
    eventually(lambda: installation.left() == [])


def test_after_a_kill_the_next_start_is_not_told_that_it_runs_already(installation: Installation) -> None:
    installation.up().kill()
    eventually(lambda: installation.left() == [])
    installation.up()


def test_a_second_start_says_that_it_runs_already_and_where(installation: Installation) -> None:
    first = installation.up()
    second = installation.start()
    assert second.wait(20) == 0
    assert "[already-running]" in installation.output()
    assert f"http://127.0.0.1:{installation.port}/ (process {first.pid})" in installation.output()
    assert first.poll() is None


def test_a_second_start_during_the_first_set_up_is_told_so(installation: Installation) -> None:
    go = installation.folder / "go"
    first = installation.start(HOLD=str(go))
    eventually(lambda: (installation.data / "run" / "up.json").exists())
    second = installation.start()
    assert second.wait(20) == 1
    assert f"Process {first.pid} is setting up" in installation.output()
    go.touch()
    eventually(lambda: "Xiang is up" in installation.output(0))


def test_a_taken_port_is_told_with_its_holder_and_a_free_one(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        started = installation.start()
        assert started.wait(20) == 1
    said = installation.output()
    assert "[port-taken]" in said
    assert f"(pid {os.getpid()})" in said
    offered = re.search(r"--port (\d+)", said)
    assert offered and int(offered.group(1)) != installation.port
    assert not (installation.data / "ran").exists(), "nothing is set up for a start that cannot serve"


def test_a_taken_port_of_the_gateway_is_told_and_the_next_one_used(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.gateway_port)):
        installation.up()
        said = installation.output()
        found = re.search(rf"Port {installation.gateway_port} is taken by .*; the gateway answers on (\d+)", said)
        assert found and f"http://127.0.0.1:{found.group(1)}/" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{found.group(1)}/") as answer:
            assert answer.status == 200


@pytest.mark.parametrize("child", ["web", "gateway", "worker"])
def test_a_killed_process_is_started_again(installation: Installation, child: str) -> None:
    started = installation.up()
    [first] = eventually(lambda: installation.numbers(child))
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(installation.numbers(child)) == 2)
    assert "SIGKILL" in installation.output()
    assert started.poll() is None


def test_a_process_that_keeps_dying_waits_longer_each_time(installation: Installation) -> None:
    installation.up()
    for times in range(1, 4):
        numbers = eventually(lambda times=times: len(found := installation.numbers("worker")) == times and found)
        os.kill(numbers[-1], signal.SIGKILL)
    eventually(lambda: installation.output().count("starting it again") == 3)
    assert re.findall(r"again in ([\d.]+) s", installation.output()) == ["0.05", "0.1", "0.2"]


def test_a_web_server_that_cannot_start_is_shown_with_its_last_lines(installation: Installation) -> None:
    started = installation.start(WEB="fail")
    assert started.wait(20) == 1
    assert "[child-fails]" in installation.output()
    assert "a database that is not there" in installation.output()
    assert installation.left() == []


def test_a_second_run_repeats_only_what_changed(installation: Installation) -> None:
    def run() -> str:
        started = installation.up()
        started.send_signal(signal.SIGINT)
        started.wait(20)
        return (installation.data / "ran").read_text()

    assert run() == "x"
    assert run() == "x"
    assert "1/1" not in installation.output(), "a start with nothing to do says nothing of steps"
    (installation.folder / "input").write_text("a new lock")
    assert run() == "xx"


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_set_up_that_was_cut_off_says_so_and_goes_on_the_next_time(
    installation: Installation, asked: signal.Signals
) -> None:
    cut = installation.start(HOLD=str(installation.folder / "never"))
    eventually(lambda: "1/1" in installation.output())
    cut.send_signal(asked)
    assert cut.wait(20) == 130
    assert "What was done is kept" in installation.output()
    installation.up()
    assert (installation.data / "ran").read_text() == "x"


def test_a_data_folder_that_cannot_be_written_is_told(installation: Installation, tmp_path: Path) -> None:
    installation.data.write_text("a file stands where the folder should be")
    started = installation.start()
    assert started.wait(20) == 1
    assert "[data-unusable]" in installation.output()
