"""文书"""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "xiang.foundation.documents"
    label = "documents"
    verbose_name = "文书"

    def ready(self) -> None:
        from xiang.foundation.documents import files, sealing, verifying
        from xiang.foundation.documents.answering import DocumentResolver
        from xiang.foundation.outbox.worker import periodic
        from xiang.foundation.pages import navigation

        sealing.register()
        verifying.register("documents", DocumentResolver())
        periodic("documents.sweep", timedelta(days=1))(files.sweep)
        navigation.register("foot", "verify", "证照核验", "documents:verify", "shield-check", 30)
