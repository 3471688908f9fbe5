"""Settings with the rooms that the ledger stands on and no others, for tests that need processes of their own."""

from xiang.config.settings import *  # noqa: F403

INSTALLED_APPS = [
    "xiang.foundation.ledger",
    "xiang.foundation.trust",
    "xiang.foundation.outbox",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "xiang.foundation.ledger.tests.bare_settings"
urlpatterns: list[object] = []
