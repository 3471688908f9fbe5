"""What changed and is not yet in the index of the catalogue."""

from __future__ import annotations

from django.db import models

from xiang.foundation.ground.ids import new_id


class Unindexed(models.Model):
    """An entry to be indexed again (待更新). Removed once the index has it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "待更新的目录"

    def __str__(self) -> str:
        return self.key
