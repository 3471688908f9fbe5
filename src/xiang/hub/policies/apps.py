from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "xiang.hub.policies"
    label = "policies"
    verbose_name = "使用政策"
