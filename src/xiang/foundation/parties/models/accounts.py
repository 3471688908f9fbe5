"""Accounts: ways to sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from xiang.foundation.ground import instant
from xiang.foundation.ground.ids import new_id
from xiang.foundation.parties.models.who import Party


class Administration(models.TextChoices):
    """The three administrators (三员), who exclude each other: one value an account, one such account a person."""

    NONE = "", "无"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts for sign-in. Accounts are opened by ``operations.open_account``; there is no superuser."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username__iexact=username or "")


class Account(AbstractBaseUser):
    """A way to sign in (账号). Who somebody is stands in :class:`Party`; what they may do, in appointments."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField("用户名", max_length=64, unique=True)
    email = models.EmailField("电子邮箱", blank=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="accounts", null=True, blank=True)
    phone_index = models.CharField(max_length=100, blank=True, editable=False)
    assurance = models.PositiveSmallIntegerField("实名等级", default=2)
    administration = models.CharField("管理员", max_length=8, choices=Administration, blank=True, default="")
    demo = models.BooleanField("演示账号", default=False)
    is_active = models.BooleanField("可用", default=True)
    opened_at = models.DateTimeField(default=instant.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = AccountManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(
                name="parties_account_assurance", condition=Q(assurance__gte=1) & Q(assurance__lte=5)
            ),
            models.CheckConstraint(
                name="parties_account_administration",
                condition=Q(administration__in=["", "system", "security", "audit"]),
            ),
            # Demonstration accounts may share a phone with nobody else either.
            models.UniqueConstraint(name="parties_account_phone", fields=["phone_index"], condition=~Q(phone_index="")),
            models.UniqueConstraint(
                name="parties_account_one_administration", fields=["party"], condition=~Q(administration="")
            ),
        ]

    # What Django's admin asks of a user. Rights to change anything are asked by the operations, not here.
    is_superuser = False

    @property
    def is_staff(self) -> bool:
        """May open the configuration screens: an administrator, or a configurator in office."""
        from xiang.foundation.parties.models.staff import Appointment, Role
        from xiang.foundation.parties.models.validity import live

        if self.administration:
            return True
        if not hasattr(self, "_configures"):
            self._configures = Appointment.objects.filter(live(), staff__account=self, role=Role.CONFIGURATOR).exists()
        return bool(self._configures)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
