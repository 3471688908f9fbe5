from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "xiang.hub.sources"
    label = "sources"
    verbose_name = "数据来源"
