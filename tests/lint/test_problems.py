"""Every code that a refusal carries is listed for whoever writes a client."""

from __future__ import annotations

from tools import problems


def test_every_code_raised_in_the_source_is_listed() -> None:
    missing = {code.name for code in problems.found()} - problems.listed()
    assert not missing, f"run: python -m tools.problems --write ({', '.join(sorted(missing))})"


def test_the_codes_that_clients_live_by_are_found() -> None:
    statuses = {(code.name, code.status) for code in problems.found()}
    for known in (
        ("not_your_step", "403"), ("changed_meanwhile", "409"), ("bad_cursor", "400"), ("insufficient_scope", "403"),
        ("token_invalid", "401"), ("rule_missing", "503"), ("idempotency_key_reused", "field"), ("in_progress", "409"),
        ("too_large", "413"), ("method_not_allowed", "405"), ("not_a_name", "field"), ("unsupported_media_type", "415"),
    ):  # fmt: skip
        assert known in statuses, known
