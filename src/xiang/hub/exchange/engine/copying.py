"""PostgreSQL's binary COPY read through the driver's low-level face: a row is a message of the protocol, not taken apart."""

from __future__ import annotations

import select
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xiang.hub.exchange.engine.errors import Interrupted, Stopped
from xiang.hub.exchange.engine.wire import BATCH, Batch

if TYPE_CHECKING:
    import psycopg

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
#: How many seconds a database may be silent before the run is put off. It may have to sort a large table first.
SILENCE = 600


def copied_out(connection: psycopg.Connection[Any], statement: bytes) -> Iterator[Batch]:
    """The rows of a ``SELECT`` as tuples, a batch at a time."""
    from psycopg.pq import ExecStatus

    link = connection.pgconn
    begun = link.exec_(b"COPY (" + statement + b") TO STDOUT (FORMAT binary)")
    if begun.status != ExecStatus.COPY_OUT:
        raise _refusal(begun)
    # Without waiting: the driver would wait with the interpreter locked, and nobody would keep the lease of the run.
    get, batch, ended = link.get_copy_data, Batch(), False
    try:
        # The header comes in one message with the first row, or with the trailer when there is none.
        found, data = get(1)
        while not found:
            _listen(link)
            found, data = get(1)
        data = data[len(HEADER) :]
        while found >= 0:
            if found:
                batch.append(data)
                if len(batch) > BATCH:  # one is held back: the last message is the trailer
                    last = batch.pop()
                    yield batch
                    batch = Batch([last])
            else:
                _listen(link)
            found, data = get(1)
        ended = True
        finished = link.get_result()
        if finished is None or finished.status != ExecStatus.COMMAND_OK:
            raise _refusal(finished)
        while link.get_result():
            pass
    finally:
        if not ended:  # whoever reads has had enough: the connection cannot be used any more
            connection.close()
    if batch.pop() != TRAILER:
        raise Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。")
    if batch:
        yield batch


def _listen(link: Any) -> None:
    """Wait until the server has said more."""
    heard = select.poll()
    heard.register(link.socket, select.POLLIN)
    if not heard.poll(SILENCE * 1000):
        raise Interrupted("too_slow", f"来源数据库 {SILENCE} 秒没有给出数据，稍后会从最后一块接着运行。")
    link.consume_input()


def _refusal(result: Any) -> Stopped:
    return refused((result.error_field(67) or b"").decode() if result is not None else "")


def refused(state: str) -> Stopped:
    """Why a run stops, from an SQLSTATE (PostgreSQL documentation, appendix A); empty: the connection is gone."""
    if state == "53100":
        return Interrupted("disk_full", "目标数据库的磁盘满了。请清出空间，之后会从最后一块接着运行。")
    if state == "55P03":
        return Interrupted("locked", "表被别的程序锁住，稍后会接着运行。")
    if not state or state[:2] in ("08", "53", "57", "40"):
        return Interrupted("not_reached", "数据库连不上，或者连接断了。恢复后会接着运行。")
    if state == "23505":
        return Stopped("duplicate_key", "有两行的主键相同，目标不能写入。请在来源核对主键。")
    if state in ("42P01", "42703", "42804", "22P03", "22P04"):
        return Interrupted("schema_moved", "运行中表结构变了，会重新核对结构再运行。")
    return Stopped(f"sqlstate_{state}", "数据库拒绝了这次操作，请联系该库的管理员。")
