"""The sign-in form, and Django forms shown by the components of ``pages``."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest, HttpResponse

from xiang.foundation.pages.components import FieldView


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name or phone number, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "用户名或手机号"
        self.fields["login"].error_messages["required"] = "请填写用户名或手机号。"
        self.fields["password"].label = "密码"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "请填写密码。"

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in. The session remembers the account's name, never the phone number that was typed."""
        credentials = {"username": self.user.username, "password": self.cleaned_data["password"]}
        return self._login_with_password(request, redirect_url, credentials)  # type: ignore[no-any-return]


_CONTROLS: dict[type[forms.Widget], str] = {forms.PasswordInput: "password", forms.EmailInput: "email"}


def field_views(form: forms.BaseForm) -> list[FieldView]:
    """The visible fields of a form for ``{% formfield %}``. Passwords are never written back into the page."""
    views = []
    for bound in form.visible_fields():
        control = next((name for kind, name in _CONTROLS.items() if isinstance(bound.field.widget, kind)), "text")
        attrs = bound.field.widget.attrs
        views.append(
            FieldView(
                name=bound.html_name,
                label=str(bound.label),
                control=control,
                value="" if control == "password" else str(bound.value() or ""),
                hint=str(bound.help_text or ""),
                error=" ".join(map(str, bound.errors)),
                required=bound.field.required,
                autocomplete=str(attrs.get("autocomplete", "")),
                inputmode="numeric" if attrs.get("autocomplete") == "one-time-code" else "",
            )
        )
    return views
