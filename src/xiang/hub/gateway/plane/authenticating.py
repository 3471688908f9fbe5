"""Who asks: a signature with an application key, an access token (OAuth 2.0 client credentials), or a client certificate
that a trusted proxy has checked."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote

from xiang.hub.gateway.plane import signing
from xiang.hub.gateway.plane.catalogue import Application, Catalogue, Settings
from xiang.hub.gateway.plane.keys import TOKEN_SCHEME, Keys
from xiang.hub.gateway.plane.problems import Problem

_PART = re.compile(r"([a-z]+)=([A-Za-z0-9_.~+/-]{1,128})")
CERTIFICATE = b"x-client-certificate-digest"
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(slots=True)
class Call:
    """A request as it came in. ``address`` is the client's own, behind trusted proxies too."""

    method: str
    path: str
    query: str
    headers: dict[bytes, bytes]
    peer: str
    body: bytes = b""
    address: str = ""
    trusted: bool = False
    application: str = ""
    resource: str = ""

    def header(self, name: bytes) -> str:
        """A header by its name in small letters, "" without it."""
        return self.headers.get(name, b"").decode("latin-1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``once`` is what must never come a second time; empty where nothing can be replayed."""

    application: Application
    once: str = field(default="")


def place(call: Call, settings: Settings) -> None:
    """Find the client's address: what a trusted proxy says of it, or the peer's own."""
    call.trusted = _within(call.peer, settings)
    call.address = call.peer
    if call.trusted:
        told = [one.strip() for one in call.header(b"x-forwarded-for").split(",") if one.strip()]
        call.address = next((one for one in reversed(told) if not _within(one, settings)), call.peer)


def caller(call: Call, catalogue: Catalogue, keys: Keys) -> Caller:
    """Who asks, or :class:`Problem` with 401."""
    said = call.header(b"authorization")
    scheme, _, rest = said.partition(" ")
    if scheme == signing.SCHEME:
        return _signed(call, rest, catalogue, keys)
    if scheme == "Bearer":
        return Caller(_bearer(rest.strip(), catalogue, keys))
    certificate = call.header(CERTIFICATE)
    if call.trusted and certificate:
        found = catalogue.by_certificate.get(certificate.lower().replace(":", ""))
        if found is None:
            raise Problem("certificate_unknown")
        return Caller(found)
    raise Problem("credentials_missing")


def _signed(call: Call, rest: str, catalogue: Catalogue, keys: Keys) -> Caller:
    """1. The key is known. 2. The signature holds. 3. The time is near ours: told only to whoever holds the key."""
    parts = dict(_PART.findall(rest))
    key, at, nonce = (parts.get(name, "") for name in ("key", "time", "nonce"))
    application, secret = _secret(key, catalogue, keys)
    signed = signing.canonical(call.method, call.path, call.query, call.body, at, nonce)
    if not hmac.compare_digest(signing.signature(secret, signed), parts.get("signature", "")):
        raise Problem("signature_wrong")
    # The machine's clock, not the demonstration's: clients do not follow that one.
    if not at.isascii() or not at.isdigit() or abs(time.time() - int(at[:12])) > catalogue.settings.replay:
        raise Problem("clock_skew", server_time=int(time.time()))
    if not _NONCE.fullmatch(nonce):
        raise Problem("signature_wrong", "随机数应当是 8 到 64 个字母、数字、横线或下划线。")
    return Caller(application, f"{key}/{nonce}")


def _secret(key: str, catalogue: Catalogue, keys: Keys) -> tuple[Application, bytes]:
    application = catalogue.by_key.get(key)
    secret = keys.derived(application.keys[key], key) if application else None
    if application is None or secret is None:
        raise Problem("key_unknown")
    return application, secret


def token(call: Call, catalogue: Catalogue, keys: Keys) -> dict[str, object]:
    """An access token for client credentials (RFC 6749, 4.4), by form or by HTTP Basic."""
    form = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise Problem("input_invalid", "grant_type 应当是 client_credentials。", error="unsupported_grant_type")
    key, given = form.get("client_id", ""), form.get("client_secret", "")
    if call.header(b"authorization").startswith("Basic "):
        key, given = _basic(call.header(b"authorization")[6:])
    _, secret = _secret(key, catalogue, keys)
    if not hmac.compare_digest(secret.hex().encode(), given.lower().encode()):
        raise Problem("key_unknown", error="invalid_client")
    seconds = catalogue.settings.token
    said = f"{key}.{int(time.time()) + seconds}.{secrets.token_urlsafe(9)}"
    return {"access_token": f"{said}.{_mac(key, said, catalogue, keys)}", "token_type": "Bearer", "expires_in": seconds}


def _bearer(given: str, catalogue: Catalogue, keys: Keys) -> Application:
    said, _, mac = given.rpartition(".")
    key, _, rest = said.partition(".")
    until = rest.partition(".")[0]
    application = catalogue.by_key.get(key)
    if application is None or not hmac.compare_digest(_mac(key, said, catalogue, keys).encode(), mac.encode()):
        raise Problem("token_invalid")
    if int(until) < time.time():
        raise Problem("token_invalid")
    return application


def _mac(key: str, said: str, catalogue: Catalogue, keys: Keys) -> str:
    root = keys.derived(catalogue.by_key[key].keys[key], key, TOKEN_SCHEME)
    if root is None:
        raise Problem("token_invalid")
    return hmac.digest(root, said.encode(), "sm3").hex()


def _basic(encoded: str) -> tuple[str, str]:
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Problem("key_unknown", error="invalid_client") from None
    return unquote(key), unquote(secret)


def _within(address: str, settings: Settings) -> bool:
    if not settings.proxies:
        return False
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.proxies)


@lru_cache(maxsize=65536)
def neighbourhood(address: str) -> str:
    """What is counted as one client address: an IPv4 address, the /64 of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6:
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_address(int(found) >> 64 << 64))
    return str(found)
