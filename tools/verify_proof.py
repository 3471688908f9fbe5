#!/usr/bin/env python3
"""Check a proof from the ledger, offline.

Needs Python 3.8 and nothing else: no package, no network, no database. The public keys come from outside, on a way that
the operator of the ledger does not control; a proof that brings its own key proves nothing.

    verify_proof.py PROOF.json --key KEY [--witness-key KEY] [--entry ID] [--json]
    verify_proof.py --log ENTRIES.jsonl --checkpoint CHECKPOINTS.jsonl --key KEY [--witness-key KEY] [--json]

PROOF.json (``-``: standard input) is what ``ledger prove`` or ``ledger consistency`` prints; the second form checks a
whole exported log. KEY is hexadecimal (``04`` and the two coordinates), or a file with that or with a PEM public key,
or a ``keys.json``; it may be given several times, for keys of different years.

Exit codes: 0 it holds; 1 it does not hold; 2 it cannot be read.

What is checked: SM3 leaf and node digests (prefixes 00 and 01), RFC 9162 inclusion and consistency, SM2 signatures with
SM3 and the default user id over the checkpoint, the witness's statement under it, and a disclosed payload's commitment.
"""

import argparse
import base64
import hashlib
import json
import sys
from functools import reduce
from pathlib import Path

INCLUSION = "xiang-ledger-inclusion/1"
CONSISTENCY = "xiang-ledger-consistency/1"


class NotProved(Exception):
    """It does not hold; ``code`` is stable."""

    def __init__(self, code, detail):
        super().__init__(detail)
        self.code = code


class Unreadable(Exception):
    """It is not what it should be, so nothing can be said."""


# --- SM3 (GB/T 32905) -------------------------------------------------------------------------------------------------

IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
MASK = 0xFFFFFFFF


def rotl(x, n):
    n %= 32
    return ((x << n) | (x >> (32 - n))) & MASK


def sm3_block(state, block):
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ rotl(w[j - 3], 15)
        w.append(x ^ rotl(x, 15) ^ rotl(x, 23) ^ rotl(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        t = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = rotl((rotl(a, 12) + e + rotl(t, j)) & MASK, 7)
        ss2 = ss1 ^ rotl(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & MASK
        tt2 = (gg + h + ss1 + w[j]) & MASK
        a, b, c, d = tt1, a, rotl(b, 9), c
        e, f, g, h = tt2 ^ rotl(tt2, 9) ^ rotl(tt2, 17), e, rotl(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))  # noqa: B905 - Python 3.8


def sm3_pure(data):
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    state = IV
    for i in range(0, len(padded), 64):
        state = sm3_block(state, padded[i : i + 64])
    return b"".join(x.to_bytes(4, "big") for x in state)


def sm3_of_this_machine():
    """The machine's own SM3 when it has one that is right, else the pure one."""

    def fast(data):
        return hashlib.new("sm3", data).digest()

    try:
        return fast if fast(b"abc") == sm3_pure(b"abc") else sm3_pure
    except ValueError:
        return sm3_pure


sm3 = sm3_of_this_machine()

# --- SM2 (GB/T 32918.2): verification only, so nothing here need be constant-time ------------------------------------

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
USER_ID = b"1234567812345678"


def add(p, q):
    """Sum of two affine points; ``None`` is the point at infinity."""
    if p is None or q is None:
        return q if p is None else p
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, P - 2, P) if p == q else (y2 - y1) * pow(x2 - x1, P - 2, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(k, p):
    total = None
    while k:
        if k & 1:
            total = add(total, p)
        p, k = add(p, p), k >> 1
    return total


def integers_of(der):
    """The two integers of a strict DER SEQUENCE, or ``None``."""
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2 or der[1] >= 0x80:
        return None
    found, rest = [], der[2:]
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 0x02 or not 1 <= rest[1] <= 33 or len(rest) < 2 + rest[1]:
            return None
        body, rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        if body[0] & 0x80 or (len(body) > 1 and body[0] == 0 and not body[1] & 0x80):
            return None
        found.append(int.from_bytes(body, "big"))
    return found if not rest else None


def sm2_holds(public, data, der):
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    on_curve = x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0
    pair = integers_of(der)
    if pair is None or not on_curve:
        return False
    r, s = pair
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    curve = b"".join(x.to_bytes(32, "big") for x in (A, B, GX, GY))
    za = sm3((8 * len(USER_ID)).to_bytes(2, "big") + USER_ID + curve + public[1:])
    e = int.from_bytes(sm3(za + data), "big")
    sum_ = add(times(s, (GX, GY)), times(t, (x, y)))
    return sum_ is not None and (e + sum_[0]) % N == r


# --- the tree (RFC 9162, section 2.1) ---------------------------------------------------------------------------------


def leaf(data):
    return sm3(b"\x00" + data)


def node(left, right):
    return sm3(b"\x01" + left + right)


def root_from(digest, index, size, path):
    """The root to which a path leads from a leaf (2.1.3.2)."""
    if not 0 <= index < size:
        raise NotProved("bad_path", "the index lies outside the log")
    here, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise NotProved("bad_path", "the path is too long")
        if here & 1 or here == last:
            digest = node(sibling, digest)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise NotProved("bad_path", "the path is too short")
    return digest


def grew(first, second, old, new, path):
    """Whether the log of ``second`` begins with that of ``first`` (2.1.4.2)."""
    if first == second:
        return old == new and not path
    steps = list(path) if first & (first - 1) else [old, *path]
    if not 0 < first < second or not steps:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    a = b = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            a, b = node(sibling, a), node(sibling, b)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            b = node(b, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and a == old and b == new


def check_checkpoint(shown, keys, witness_keys):
    """The signatures of a checkpoint; which of them were checked."""
    body = "{origin}\n{size}\n{root}\n{at}\n".format(**shown)
    for value in (shown["origin"], shown["root"], shown["at"]):
        if not isinstance(value, str) or "\n" in value:
            raise Unreadable("a checkpoint's lines may not be broken")
    if not isinstance(shown["size"], int) or len(unhex(shown["root"])) != 32:
        raise Unreadable("a checkpoint has a whole size and a root of 32 bytes")
    if not signed(keys, body.encode(), shown["signature"]):
        raise NotProved("bad_signature", f"no given key signed the checkpoint of size {shown['size']}")
    if not witness_keys:
        return {"signature": True, "witness": None}
    witness = shown.get("witness")
    if not witness:
        raise NotProved("no_witness", f"the checkpoint of size {shown['size']} bears no countersignature")
    if "\n" in witness["name"] + witness["at"]:
        raise Unreadable("a witness's statement is one line")
    said = body + "witnessed by {name} at {at}\n".format(**witness)
    if not signed(witness_keys, said.encode(), witness["signature"]):
        raise NotProved("bad_countersignature", "no given witness key signed the checkpoint")
    return {"signature": True, "witness": witness["name"]}


def signed(keys, data, signature):
    if signature["algorithm"] != "SM2-SM3":
        raise Unreadable(f"unknown signature algorithm {signature['algorithm']!r}")
    value = unhex(signature["value"])
    return any(sm2_holds(key, data, value) for key in keys)


def check_inclusion(proof, keys, witness_keys, wanted):
    checkpoint, entry = proof["checkpoint"], proof["entry"].encode()
    said = json.loads(entry)
    if canonical(said) != entry:
        raise Unreadable("the entry is not in canonical form: what is shown might not be what was sealed")
    checked = check_checkpoint(checkpoint, keys, witness_keys)
    path = [unhex(digest) for digest in proof["path"]]
    if root_from(leaf(entry), proof["index"], checkpoint["size"], path) != unhex(checkpoint["root"]):
        raise NotProved("not_included", "the entry is not in the log under this checkpoint")
    if wanted and said.get("id") != wanted:
        raise NotProved("another_entry", f"this proof is about the entry {said.get('id')}")
    disclosed = proof.get("payload")
    if disclosed is not None:
        check_payload(disclosed, said.get("commitment"))
    shown = {"entry": said, "index": proof["index"], "payload": disclosed and disclosed["content"]}
    return dict(checked, kind="inclusion", checkpoint=facts(checkpoint), **shown)


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def check_payload(disclosed, commitment):
    if sm3(unhex(disclosed["salt"]) + canonical(disclosed["content"])).hex() != commitment:
        raise NotProved("another_payload", "the disclosed payload is not the one that was committed to")


def check_consistency(proof, keys, witness_keys):
    first, second = proof["first"], proof["second"]
    checked = [check_checkpoint(shown, keys, witness_keys) for shown in (first, second)][1]
    if first["origin"] != second["origin"]:
        raise NotProved("another_log", "the two checkpoints are of different logs")
    path = [unhex(digest) for digest in proof["path"]]
    if not grew(first["size"], second["size"], unhex(first["root"]), unhex(second["root"]), path):
        raise NotProved("not_consistent", "the later log does not begin with the earlier one")
    return dict(checked, kind="consistency", first=facts(first), second=facts(second))


def check_log(entries, checkpoints, keys, witness_keys):
    """Every checkpoint of an exported log against its entries, from the first leaf on."""
    claims = {}
    for shown in checkpoints:
        given = witness_keys if shown.get("witness") else []
        check_checkpoint(shown, keys, given)
        if claims.setdefault(shown["size"], shown)["root"] != shown["root"]:
            raise NotProved("two_histories", f"two signed checkpoints of size {shown['size']} differ")
    if not claims:
        raise Unreadable("there is no checkpoint to check against")
    if len({shown["origin"] for shown in claims.values()}) > 1:
        raise NotProved("another_log", "the checkpoints are of different logs")
    tops, size = [], 0
    for entry in entries:
        digest, index = leaf(entry), size
        while index & 1:
            digest, index = node(tops.pop(), digest), index >> 1
        tops.append(digest)
        size += 1
        if (
            size in claims
            and reduce(lambda right, left: node(left, right), reversed(tops)).hex() != claims[size]["root"]
        ):
            raise NotProved("not_included", f"the first {size} entries do not give the root that was signed")
    if max(claims) > size:
        raise NotProved("log_cut", f"a checkpoint covers {max(claims)} entries, the log has {size}")
    return {"kind": "log", "size": size, "checkpoints": len(claims), "unsigned": size - max(claims)}


def facts(checkpoint):
    return {name: checkpoint[name] for name in ("origin", "size", "root", "at")}


def unhex(text):
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise Unreadable(f"not hexadecimal: {text!r:.40}") from None


def read_keys(given, purpose):
    """Public points from hexadecimal text, a file with it, a PEM file or a keys.json."""
    keys = []
    for text in given or ():
        text = text if len(text) == 130 else Path(text).read_text(encoding="utf-8").strip()
        if text.startswith("["):
            keys += [unhex(row["public"]) for row in json.loads(text) if row["purpose"] == purpose]
        elif "BEGIN PUBLIC KEY" in text:
            lines = [line for line in text.splitlines() if not line.startswith("-----")]
            keys.append(base64.b64decode("".join(lines))[-65:])
        else:
            keys.append(unhex(text))
    if not all(len(key) == 65 and key[0] == 4 for key in keys):
        raise Unreadable("a key is an uncompressed SM2 point of 65 bytes")
    return keys


def answer(options):
    keys = read_keys(options.key, "ledger")
    witness_keys = read_keys(options.witness_key, "witness")
    if not keys:
        raise Unreadable("no key of the ledger was given")
    if set(keys) & set(witness_keys):
        raise Unreadable("a witness that has the ledger's key is no witness")
    if options.log:
        checkpoints = map(json.loads, Path(options.checkpoint).read_bytes().splitlines())
        with Path(options.log).open("rb") as stream:
            return check_log((line.rstrip(b"\n") for line in stream), checkpoints, keys, witness_keys)
    proof = json.loads(sys.stdin.read() if options.proof == "-" else Path(options.proof).read_text(encoding="utf-8"))
    if proof.get("format") == INCLUSION:
        return check_inclusion(proof, keys, witness_keys, options.entry)
    if proof.get("format") == CONSISTENCY:
        return check_consistency(proof, keys, witness_keys)
    raise Unreadable(f"unknown format {proof.get('format')!r}")


def tell(found):
    if found["kind"] == "log":
        print(f"holds: {found['size']} entries, {found['checkpoints']} signed checkpoints")
        return
    if found["kind"] == "inclusion":
        entry, log = found["entry"], found["checkpoint"]
        print(f"holds: entry {entry['id']} ({entry['kind']}, {entry['at']}, by {entry['actor']})")
        print(f"       is number {found['index']} of {log['size']} in {log['origin']}")
    else:
        print(f"holds: the log of {found['second']['size']} begins with the log of {found['first']['size']}")
    print(f"       witnessed by {found['witness']}" if found["witness"] else "       witness not checked")


def main():
    parser = argparse.ArgumentParser(description="Check a proof from the ledger, offline.")
    parser.add_argument("proof", nargs="?", help="file with the proof, or - for standard input")
    parser.add_argument("--key", action="append", help="public key of the ledger: hexadecimal or file; repeatable")
    parser.add_argument("--witness-key", action="append", help="public key of the witness; then it must have signed")
    parser.add_argument("--entry", help="the proof must be about this entry")
    parser.add_argument("--log", help="an exported log (entries.jsonl) to check as a whole")
    parser.add_argument("--checkpoint", help="its checkpoints (checkpoints.jsonl)")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    options = parser.parse_args()
    if bool(options.log) != bool(options.checkpoint) or bool(options.log) == bool(options.proof):
        parser.error("give either a proof, or --log with --checkpoint")
    try:
        found, code = dict(answer(options), ok=True), 0
    except NotProved as wrong:
        found, code = {"ok": False, "code": wrong.code, "detail": str(wrong)}, 1
    except (Unreadable, OSError, KeyError, TypeError, AttributeError, ValueError) as wrong:
        found, code = {"ok": False, "code": "unreadable", "detail": f"{type(wrong).__name__}: {wrong}"}, 2
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif code:
        print("{code}: {detail}".format(**found), file=sys.stderr)
    else:
        tell(found)
    return code


if __name__ == "__main__":
    sys.exit(main())
