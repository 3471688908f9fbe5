"""Checking a proof as an outsider would: with ``tools/verify_proof.py``, which imports nothing of ours, and with keys
that do not come with the proof."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TOOL = Path(__file__).resolve().parents[4] / "tools" / "verify_proof.py"


def check_offline(proof: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the offline checker says of a proof, with the keys of the log and of its witness."""
    with tempfile.TemporaryDirectory(prefix="xiang-proof-") as folder:
        file = Path(folder) / "proof.json"
        file.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
        line = [sys.executable, str(TOOL), str(file), "--json"]
        for key in keys:
            line += ["--witness-key" if key["purpose"] == "witness" else "--key", str(key["public"])]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = {"detail": (done.stderr or done.stdout).strip()[:300]}
    return {"holds": done.returncode == 0, **said}
