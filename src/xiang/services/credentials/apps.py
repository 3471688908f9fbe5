"""电子证照"""

from __future__ import annotations

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "xiang.services.credentials"
    label = "credentials"
    verbose_name = "电子证照"

    def ready(self) -> None:
        from xiang.foundation.documents import verifying
        from xiang.foundation.forms import sources
        from xiang.foundation.pages import navigation, panels
        from xiang.foundation.parties.actors import actor_of
        from xiang.services.credentials import loading, measures, panel, sealing  # noqa: F401
        from xiang.services.credentials.answering import CredentialResolver
        from xiang.services.credentials.source import CredentialSource, CredentialSubstitute

        sealing.register()
        loading.register()
        verifying.register("credentials", CredentialResolver())
        sources.register_source(CredentialSource())
        sources.register_substitute(CredentialSubstitute())
        panels.register("home", panel.ORDER, panel.mine)
        navigation.register(
            "resident", "credentials", "我的证照", "credentials:list", "id", 40, tab="证照",
            visible=lambda request: not actor_of(request).is_staff,
        )  # fmt: skip
