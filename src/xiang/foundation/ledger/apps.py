from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "xiang.foundation.ledger"
    label = "ledger"
    verbose_name = "账本"

    def ready(self) -> None:
        from xiang.foundation.ledger import verifying
        from xiang.foundation.ledger.sealer import seal_and_checkpoint
        from xiang.foundation.outbox import worker

        worker.periodic("ledger.seal", every=timedelta(seconds=2))(seal_and_checkpoint)
        verifying.register()
