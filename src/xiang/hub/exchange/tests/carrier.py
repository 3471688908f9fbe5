"""A process that carries one run and says what it does, so that a test can kill it at that moment."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

from xiang.hub.exchange.engine import addresses, running


def main() -> None:
    work = json.loads(sys.argv[1])
    data = Path(work["data"])
    source, target = (addresses.target_of(work[side], "person", data) for side in ("source", "target"))

    batches = itertools.count(1)

    def told(words: str) -> None:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
        if words == work["until"]:
            sys.stdin.read()  # hold still until the end comes

    def batch() -> bool:
        told(f"batch {next(batches)}")  # in the middle of a chunk's transaction
        return False

    watch = running.Watch(chunk=lambda number, rows, digest: told(f"chunk {number}"), phase=told, stopping=batch)
    running.run(source, target, running.Plan(**work["plan"]), watch)
    told("done")


if __name__ == "__main__":
    main()
