"""Check the ledger, prove an entry, hand out keys, write the log for an auditor."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.ledger import exports, proofs, sealer
from xiang.foundation.ledger.proofs import Report


class Command(BaseCommand):
    help = "verify: check the whole log; prove: a proof of one entry; keys: the public keys; export: the log as files"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser("verify", help="check every entry, subtree, checkpoint and signature")
        verify.add_argument("--json", action="store_true")
        verify.add_argument("--exports", action="store_true", help="also against the exported checkpoints")
        prove = acts.add_parser("prove", help="print a proof that tools/verify_proof.py checks offline")
        prove.add_argument("entry", type=UUID)
        prove.add_argument("--disclose", action="store_true", help="with the payload, which may be personal")
        prove.add_argument("--json", action="store_true", help="the same: a proof is JSON")
        consistency = acts.add_parser("consistency", help="print a proof that the log only grew between two sizes")
        consistency.add_argument("first", type=int)
        consistency.add_argument("second", type=int)
        keys = acts.add_parser("keys", help="print the public keys; hand them out on another way than the proofs")
        keys.add_argument("--json", action="store_true")
        acts.add_parser("seal", help="seal and sign now, without waiting for the worker")
        export = acts.add_parser("export", help="write the whole log, its checkpoints and keys to a folder")
        export.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(**options)
        except DomainError as wrong:
            raise CommandError(f"{wrong.code}: {wrong.detail}") from wrong

    def _verify(self, **options: Any) -> None:
        report = proofs.verify_all(with_exports=options["exports"])
        if options["json"]:
            self._json({"ok": report.ok, **asdict(report)})
        else:
            self._tell(report)
        if not report.ok:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        self.stdout.write(f"{report.size} 条已封存，{report.unsealed} 条待封存，{report.checkpoints} 个检查点")
        self.stdout.write(f"根 {report.root}")
        for finding in report.findings:
            self.stdout.write(f"✗ {finding.detail}（{finding.code}）{finding.entry_id or ''}")
        if report.more:
            self.stdout.write(f"✗ 另有 {report.more} 处")
        self.stdout.write("✓ 账本完整，没有被改动" if report.ok else "✗ 账本被改动过")

    def _prove(self, **options: Any) -> None:
        self._json(proofs.prove(options["entry"], disclose=options["disclose"]))

    def _consistency(self, **options: Any) -> None:
        self._json(proofs.consistency(options["first"], options["second"]))

    def _keys(self, **options: Any) -> None:
        found = exports.public_keys()
        if options["json"]:
            self._json(found)
            return
        for key in found:
            self.stdout.write(f"{key['purpose']:8} {key['key_id']:24} {key['public']}")

    def _seal(self, **options: Any) -> None:
        made = sealer.seal_and_checkpoint()
        self.stdout.write(f"{made.size} 条，根 {made.root}" if made else "还没有记录")

    def _export(self, **options: Any) -> None:
        self.stdout.write(f"{exports.write_log(options['folder'])} 条 → {options['folder']}")

    def _json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))
