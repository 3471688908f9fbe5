from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "xiang.foundation.forms"
    label = "forms"
    verbose_name = "表单"

    def ready(self) -> None:
        from xiang.foundation.forms import loading

        loading.register()
