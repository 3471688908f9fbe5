"""Where a database is, as somebody fills it in, and the address that this makes. Nothing here knows Django."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*")
_NAMED = re.compile(r"[^\s/?#@\\]{1,63}")
TLS = {"": "不加密（同一机房的内网）", "require": "加密", "verify-full": "加密，并核对对方证书"}
PORTS = {"postgresql": 5432, "mariadb": 3306}
LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A database. ``engine``: ``postgresql`` or ``mariadb``; ``tls`` one of :data:`TLS`, for PostgreSQL alone."""

    engine: str
    host: str
    port: int
    database: str
    user: str
    tls: str = ""

    def address(self, secret: str) -> str:
        """The address with its credentials: never shown, logged or kept but sealed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        who = quote(self.user, safe="") + (f":{quote(secret, safe='')}" if secret else "")
        more = f"?{urlencode({'sslmode': self.tls})}" if self.tls else ""
        return f"{self.engine}://{who}@{host}:{self.port}/{quote(self.database, safe='')}{more}"

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong with it: the field, a code, what to do."""
        if self.engine not in PORTS:
            yield "engine", "choice_unknown", "从列表里选数据库的种类。"
        elif not 0 < self.port < 65536:
            yield "port", "port_form", "端口是 1 到 65535 的整数。"
        if not _is_host(self.host):
            yield "host", "host_form", "写主机名或者 IP 地址，例如 db.police.hn.cn 或 10.20.3.4，不带端口。"
        for field, words in (("database", "库名"), ("user", "账号")):
            if not _NAMED.fullmatch(getattr(self, field)):
                yield field, f"{field}_form", f"写明{words}，不超过 63 个字，不含空格和 / ? # @。"
        if self.tls not in TLS or (self.tls and self.engine != "postgresql"):
            yield "tls", "tls_unknown", "加密连接目前只用于 PostgreSQL；MariaDB 请选不加密，走同一机房的内网。"


def _is_host(host: str) -> bool:
    """A name or an address of a machine. What only this machine's own segment answers to (169.254.…, where clouds keep
    their credentials), and what no single machine has, is no place of a department's database."""
    try:
        at = ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and _HOST.fullmatch(host) is not None and not host.replace(".", "").isdigit()
    return not (at.is_link_local or at.is_multicast or at.is_unspecified or at.is_reserved)
