"""The marks of reference data (see :mod:`.reference`)."""

from __future__ import annotations

from django.db import models


class Mark(models.Model):
    """Replaced by every change of a kind of reference data: what was remembered under an earlier one is asked anew."""

    kind = models.CharField(primary_key=True, max_length=16)
    mark = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.kind} {self.mark}"
