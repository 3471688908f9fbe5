from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "xiang.services.applications"
    label = "applications"
    verbose_name = "申请"

    def ready(self) -> None:
        from xiang.services.applications import measures, operations, procedures, refilling, results  # noqa: F401

        results.register()
        refilling.register(operations.form_for)
