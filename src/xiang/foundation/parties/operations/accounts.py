"""Accounts: opened for somebody, verified to a level, closed. Passwords are hashed, second factors sealed."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from xiang.foundation.ground.errors import FieldError, Invalid, Refused
from xiang.foundation.parties import numbers
from xiang.foundation.parties.models import Account, Administration, Party, Role
from xiang.foundation.parties.operations.recording import record
from xiang.foundation.parties.rights import Acting, need_administration, need_role


@transaction.atomic
def open_account(
    actor: Acting,
    *,
    username: str,
    password: str = "",
    hashed: str = "",
    party: Party | None = None,
    phone: str = "",
    assurance: int = 2,
    demo: bool = False,
) -> Account:
    """An account for a party. A window clerk opens one for the person before them (level 5, checked at the counter).

    ``hashed`` takes a password that was hashed before, for accounts taken over in bulk.
    """
    if actor.roles & {Role.WINDOW}:
        need_role(actor, Role.WINDOW)
    else:
        need_administration(actor, Administration.SYSTEM)
    if not demo and not hashed:
        _check_password(password)
    account = Account(username=_checked_username(username), party=party, assurance=assurance, demo=demo)
    account.phone_index = _free_phone(phone) if phone else ""
    if hashed:
        account.password = hashed
    else:
        account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as taken:
        raise Refused("username_taken", "这个用户名已经有人使用，请换一个。") from taken
    record("account_opened", actor, account=account.id, party=party and party.id)
    return account


@transaction.atomic
def close_account(actor: Acting, account: Account) -> None:
    """Nobody signs in with this account any more; what was done with it stays."""
    need_administration(actor, Administration.SYSTEM)
    if not Account.objects.filter(id=account.id, is_active=True).update(is_active=False, phone_index=""):
        raise Refused("account_closed", "这个账号已经停用。")
    record("account_closed", actor, account=account.id)


@transaction.atomic
def set_assurance(actor: Acting, account: Account, level: int) -> None:
    """How sure we are who signs in: 2 self-asserted, 3 two facts checked, 4 face and document, 5 at a counter."""
    need_role(actor, Role.WINDOW)
    if not 1 <= level <= 5:
        raise Invalid([FieldError("/assurance", "assurance_range", "实名等级是 1 到 5。")])
    Account.objects.filter(id=account.id).update(assurance=level)
    record("assurance_set", actor, account=account.id, level=level)


@transaction.atomic
def set_phone(actor: Acting, account: Account, phone: str) -> None:
    """The phone number somebody signs in with."""
    if not actor.is_system and actor.party_id != account.party_id:
        raise Refused("account_of_another", "只能修改自己的登录手机号。")
    Account.objects.filter(id=account.id).update(phone_index=_free_phone(phone, account))
    record("account_phone_set", actor, account=account.id)


@transaction.atomic
def set_second_factor(actor: Acting, account: Account, secret: str) -> None:
    """A code generator with this secret, instead of any other, handed over by the system administrator."""
    need_administration(actor, Administration.SYSTEM)
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(account, secret)
    record("second_factor_set", actor, account=account.id)


def _free_phone(phone: str, account: Account | None = None) -> str:
    index = numbers.checked_contact("phone", phone, "/phone").index
    taken = Account.objects.filter(phone_index__in=numbers.phone_lookups(phone))
    if account:
        taken = taken.exclude(id=account.id)
    if taken.exists():
        raise Refused("phone_taken", "这个手机号已经用来登录另一个账号。")
    return index


def _checked_username(username: str) -> str:
    """Begins with a letter, so that it can never be taken for somebody's phone number."""
    name = username.strip()
    if not re.fullmatch(r"[^\W\d_][\w.\-]{1,63}", name):
        raise Invalid([FieldError("/username", "username_form", "用户名以字母或汉字开头，2 到 64 个字。")])
    return name


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as weak:
        raise Invalid([FieldError("/password", "password_weak", " ".join(weak.messages))]) from weak
