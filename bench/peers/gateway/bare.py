"""uvicorn, uvloop and asyncpg: read the body, read the row, answer. No caller, no plan, no mask, no record."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import asyncpg
import uvicorn

_READ = "SELECT name, phone, address FROM people WHERE id_number = $1"


class Bare:
    """The ungoverned look-up."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.pool = await asyncpg.create_pool(os.environ["XIANG_DATABASE_URL"], min_size=4, max_size=16)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        asked = json.loads((await receive())["body"])
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(_READ, asked["subject"])
        body = json.dumps({"rows": [dict(row) for row in rows]}, ensure_ascii=False).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(
        Bare(), port=int(sys.argv[1]), loop="uvloop", access_log=False, server_header=False, log_level="warning"
    )
