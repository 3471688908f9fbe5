"""Tags of the sign-in pages: ``{% load signing %}``."""

from __future__ import annotations

from django import forms, template
from django.conf import settings

from xiang.foundation.pages.components import FieldView
from xiang.foundation.parties import demo
from xiang.foundation.parties.signing.forms import field_views

register = template.Library()


@register.filter
def fieldviews(form: forms.BaseForm) -> list[FieldView]:
    """The fields of a Django form for ``{% formfield %}``."""
    return field_views(form)


@register.simple_tag
def demo_sign_ins() -> list[tuple[str, list[demo.DemoAccount], list[demo.DemoAccount]]]:
    """The demonstration's accounts by group; nothing outside a demonstration."""
    return demo.sign_in_list() if settings.DEMO else []
