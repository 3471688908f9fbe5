"""What changed and is not yet in the index."""

from __future__ import annotations

from django.db import models

from xiang.foundation.ground.ids import new_id


class Change(models.Model):
    """A document to be fetched again (待更新). Removed once the index has it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=40)
    key = models.CharField("主键", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "待更新的文档"

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"
