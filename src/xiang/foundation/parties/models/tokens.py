"""What programs sign in with, and what they asked for once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.accounts import Account
from xiang.foundation.parties.models.who import Party


class ApiToken(models.Model):
    """A token that lets a program act as an account, in some scopes, until a day (访问令牌).

    Only the digest of the token is kept. ``hint`` is its last four characters, by which its owner tells it from others;
    ``behalf`` the party that it acts for, chosen when it was made. ``expires_on`` is the last day on which it opens.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="tokens")
    behalf = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    title = models.CharField("用途", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    scopes = models.JSONField()
    second_factor = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    expires_on = models.DateField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "访问令牌"
        indexes = [models.Index(fields=["account", "-id"], name="parties_token_of_account")]
        constraints = [
            models.CheckConstraint(name="parties_token_dates", condition=Q(expires_on__gte=F("issued_on"))),
        ]


class IdempotencyRecord(models.Model):
    """What an account asked for under a key of its own choosing, so that asking again does it once.

    ``digest`` is of the request, ``reference`` the id of what came of it (reserved before it exists): never a value.
    """

    class State(models.TextChoices):
        RUNNING = "running", "正在办"
        FREE = "free", "没有办成，可以再来"
        DONE = "done", "办过了"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    route = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    reference = models.UUIDField(default=new_id)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="parties_idempotency_expiry")]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="parties_idempotency_once")]
