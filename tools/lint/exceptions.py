"""Who may break a rule, and why. A row without a reason is not a row."""

from __future__ import annotations

from pathlib import PurePosixPath

EXCEPTIONS: dict[str, dict[str, str]] = {
    "write-outside-operations": {
        "src/xiang/foundation/outbox/worker.py": "the worker takes and renews its lease: nobody's right is asked",
        "src/xiang/foundation/outbox/delivering.py": "the state of a delivery belongs to the worker alone",
        "src/xiang/foundation/ledger/sealer.py": "the one fenced sealer gives leaves their position",
        "src/xiang/foundation/ledger/witness.py": "the witness remembers what it signed, independently of the log",
        "src/xiang/foundation/ledger/exports.py": "marks a checkpoint as exported, after the file is durable",
        "src/xiang/foundation/measures/fold.py": "folds deltas that operations appended",
        "src/xiang/foundation/ground/adding.py": "writes what operations gave it",
        "src/xiang/foundation/ground/reference.py": "the ground has no operations: a mark goes with another room's change",
        "src/xiang/foundation/ledger/verifying.py": "how far a verification has come: the ledger itself is only read",
    },
    "plain-admin": {
        "src/xiang/foundation/pages/admin.py": "here OperationAdmin itself is made",
    },
    "behind-the-face": {
        "src/xiang/portal/demos/local.py": "a story shows a draft exactly as the API would",
    },
    "own-clock": {
        "tests/browser/test_configuration.py": "the browser and the live server go by the machine's clock",
        "src/xiang/foundation/ground/instant.py": "the one clock that all code asks",
        "src/xiang/foundation/parties/signing/sessions.py": "Django dates sessions by the machine's clock",
        "bench/seeding.py": "the bench's rows are dated by the machine's clock",
        "bench/rig/report.py": "a report says when it was measured",
        "bench/peers/plain/views.py": "the peer is a bare view that knows no clock of ours",
        "launcher/records.py": "names a copy of the records; the launcher never imports the application",
        "src/xiang/hub/gateway/plane/answering.py": "reads how far the demonstration runs ahead a few times a second, not at every call",
    },
}


def excused(file: str, code: str) -> bool:
    return any(PurePosixPath(file).match(pattern) for pattern in EXCEPTIONS.get(code, {}))
