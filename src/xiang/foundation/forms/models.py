"""What is kept of an application before it is submitted."""

from __future__ import annotations

from django.db import models

from xiang.foundation.ground.ids import new_id
from xiang.foundation.trust.fields import SealedJSONField


class Draft(models.Model):
    """Answers on their way (草稿). Its id becomes the case's: one submission per draft.

    ``answers`` maps field keys to values; ``origins`` maps them to where each value came from (see
    :class:`xiang.foundation.forms.prefill.Origin`); ``people`` maps roles to who is meant; ``materials`` maps material keys
    to what was handed in or stands for it.
    """

    class State(models.TextChoices):
        OPEN = "open", "填写中"
        SUBMITTED = "submitted", "已提交"
        DISCARDED = "discarded", "已放弃"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    actor_ref = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=96)
    title = models.CharField(max_length=200)
    editions = models.JSONField(default=dict)
    scenario = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, default="web")
    division = models.CharField(max_length=12, blank=True)
    answers = SealedJSONField(context="draft.answers")
    origins = SealedJSONField(context="draft.origins")
    people = SealedJSONField(context="draft.people")
    materials = SealedJSONField(context="draft.materials")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "state", "-id"], name="draft_of_owner")]
