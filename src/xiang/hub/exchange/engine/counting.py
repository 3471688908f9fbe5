"""Counting and summing a PostgreSQL table on both processors: half of its blocks in a process of its own.

Run as a module it is that process: it takes a line of JSON (address and statement, so that no secret stands among a
process's arguments) and answers one. Both read the same snapshot.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiang.hub.exchange.engine.digest import MODULUS, Tally
from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.wire import Row

if TYPE_CHECKING:
    import psycopg

_HEADER = 19
_BATCH = 4000
#: Below this many blocks of 8 KiB a second process costs more than it saves.
SMALL = 2500
_SOURCES = Path(__file__).resolve().parents[4]


def copied_out(connection: psycopg.Connection[Any], statement: bytes, size: int = _BATCH) -> Iterator[list[Row]]:
    """The rows of a ``SELECT`` as tuples, a batch at a time."""
    from psycopg.pq import ExecStatus

    link = connection.pgconn
    begun = link.exec_(b"COPY (" + statement + b") TO STDOUT (FORMAT binary)")
    if begun.status != ExecStatus.COPY_OUT:
        raise _refusal(begun)
    get, batch, first, ended = link.get_copy_data, list[Row](), True, False
    try:
        while True:
            found, data = get(0)
            if found <= 0:
                ended = True
                break
            if first:  # the header comes in one message with the first row
                data, first = data[_HEADER:], False
            batch.append(data)
            if len(batch) == size:
                yield batch
                batch = []
        finished = link.get_result()
        if finished is None or finished.status != ExecStatus.COMMAND_OK:
            raise _refusal(finished)
        while link.get_result():
            pass
    finally:
        if not ended:  # whoever reads has had enough: the connection cannot be used any more
            connection.close()
    # The last message is the trailer.
    if batch:
        batch.pop()
    if batch:
        yield batch


def _refusal(result: Any) -> Stopped:
    if result is None or (result.status == 7 and not result.error_field(67)):
        return Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。")
    state = (result.error_field(67) or b"").decode()
    if state[:2] in ("08", "53", "57", "40"):
        return Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。")
    return Stopped(f"sqlstate_{state}", "数据库拒绝了这次读取，请联系该库的管理员。")


def count_whole(connection: psycopg.Connection[Any], address: str, table: str, statement: str, salt: bytes) -> Tally:
    """Everything that ``statement`` (a ``SELECT`` from ``table`` as ``t``) answers in one snapshot."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    size = connection.execute("SELECT pg_relation_size(to_regclass(%s)) / 8192", [table]).fetchone()
    blocks = int(size[0]) if size else 0
    if blocks < SMALL or (os.cpu_count() or 1) < 2:
        return _tally(connection, statement, salt)
    shared = connection.execute("SELECT pg_export_snapshot()").fetchone()
    middle = f"'({blocks // 2},0)'::tid"
    work = {"address": address, "snapshot": shared[0] if shared else "", "salt": salt.hex()}
    with _helper(work | {"statement": f"{statement} WHERE t.ctid >= {middle}"}) as helper:
        own = _tally(connection, f"{statement} WHERE t.ctid < {middle}", salt)
        told = helper.communicate()[0]
    if helper.returncode:
        raise Interrupted("counting_failed", "核对进程中断了，会重新核对。")
    other = json.loads(told)
    return own.plus(Tally(salt, other["rows"], int(other["total"], 16)))


def _helper(work: dict[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_SOURCES)},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(work) + "\n")
    process.stdin.flush()
    return process


def _tally(connection: psycopg.Connection[Any], statement: str, salt: bytes) -> Tally:
    found = Tally(salt)
    for batch in copied_out(connection, statement.encode()):
        found.add(batch)
    return found


def main() -> None:
    """Take the work from standard input, count, answer."""
    import psycopg

    work = json.loads(sys.stdin.readline())
    with psycopg.connect(work["address"], connect_timeout=10, options="-c timezone=UTC") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute(f"SET TRANSACTION SNAPSHOT '{work['snapshot']}'")  # the server's own name for it
        found = _tally(connection, work["statement"], bytes.fromhex(work["salt"]))
    sys.stdout.write(json.dumps({"rows": found.rows, "total": f"{found.total % MODULUS:064x}"}))


if __name__ == "__main__":
    main()
