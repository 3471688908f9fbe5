"""The clients that ``docs/gateway.md`` shows, as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from xiang.hub.gateway.tests.stage import KEY, LI, Stage

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "gateway.md"
pytestmark = pytest.mark.parametrize("bare", ["sqlite"], indirect=True)


def shown(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found.group(1)


def test_the_client_in_python_is_served(stage: Stage) -> None:
    names: dict[str, Any] = {}
    exec(shown("python"), names)
    question = {"subject": LI, "fields": ["name"], "purpose": "service"}
    said = names["ask"](f"http://127.0.0.1:{stage.port}", KEY, stage.secret.hex(), "people", question)
    assert said["rows"] == [{"name": "李小明"}]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="no curl or openssl here")
def test_the_client_in_the_shell_is_served(stage: Stage) -> None:
    names = {"KEY": KEY, "SECRET": stage.secret.hex(), "BASE": f"http://127.0.0.1:{stage.port}"}
    script = shown("sh").replace('"subject":"…"', f'"subject":"{LI}"')
    line = ["bash", "-c", script]
    done = subprocess.run(line, env={**os.environ, **names}, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["rows"] == [{"name": "李小明"}], done.stderr
