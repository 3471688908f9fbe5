"""Sessions in the database, as Django keeps them, looked up by a query that is composed once: every page asks it."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as Stored
from django.contrib.sessions.models import Session
from django.utils import timezone

from xiang.foundation.ground.compiled import Compiled

_by_key = Compiled(lambda key: Session.objects.filter(pk=key))


class SessionStore(Stored):
    def _get_session_from_db(self) -> Session | None:
        for found in _by_key(str(self.session_key)):
            if found.expire_date > timezone.now():
                return found
        self._session_key = None
        return None
