"""``python -m xiang.hub.gateway.plane``: the data plane as a process."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from xiang.hub.gateway.plane.app import Plane


def application() -> Plane:
    """The application over what the environment names: ``XIANG_DATA``, ``XIANG_DATABASE_URL``."""
    return Plane(os.environ.get("XIANG_DATABASE_URL", ""), Path(os.environ["XIANG_DATA"]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="xiang gateway", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--workers", type=int, default=1, help="processes; every one does the whole work (1)")
    parser.add_argument("--backlog", type=int, default=2048)
    chosen = parser.parse_args()
    uvicorn.run(
        "xiang.hub.gateway.plane.__main__:application",
        factory=True,
        host=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        backlog=chosen.backlog,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        proxy_headers=False,  # who may speak for a client is published with the settings
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
