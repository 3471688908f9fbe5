"""A plain Django view that reads the row: what ``startproject`` gives, one model, a kept connection."""

from __future__ import annotations

import json
import os

import dj_database_url
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bench.peers.gateway.wsgi",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={"default": dj_database_url.parse(os.environ["XIANG_DATABASE_URL"], conn_max_age=600)},
    SECRET_KEY="bench",
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings

application = get_wsgi_application()

from django.db import models  # noqa: E402 - after the applications
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402


class Person(models.Model):
    """The same table."""

    id_number = models.TextField(primary_key=True)
    name = models.TextField()
    phone = models.TextField()
    address = models.TextField()

    class Meta:
        app_label = "people"
        db_table = "people"
        managed = False


@csrf_exempt
def look_up(request: HttpRequest) -> JsonResponse:
    asked = json.loads(request.body)
    rows = Person.objects.filter(id_number=asked["subject"]).values("name", "phone", "address")
    return JsonResponse({"rows": list(rows)})


urlpatterns = [path("v1/resources/people/query", look_up)]
