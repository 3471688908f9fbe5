"""The web entry point (granian serves it)."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiang.config.settings")
application = get_wsgi_application()

# Models, routes and templates stay for good: looking through them for garbage again and again takes a twentieth of a page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
