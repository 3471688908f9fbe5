"""Configuration screens: read-only, unless a screen names the operation that writes.

Rooms subclass :class:`OperationAdmin`; nothing is ever saved past an operation, so page, API and screen obey one rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin  # type: ignore[import-untyped]

from xiang.foundation.ground.errors import DomainError, Invalid

SaveOperation = Callable[[HttpRequest, "ModelForm[Any]"], Any]
DeleteOperation = Callable[[HttpRequest, Model], Any]


def only_operations(site: AdminSite) -> AdminSite:
    """Take every screen off the site that could write past an operation: those that libraries bring along."""
    for model, screen in list(site._registry.items()):
        if not isinstance(screen, OperationAdmin):
            site.unregister(model)
    return site


class OperationAdmin(ModelAdmin):  # type: ignore[misc]
    """A screen over records that operations own.

    ``save_operation(request, form)`` and ``delete_operation(request, record)`` are static methods that call the room's
    operation; a screen without them shows and never writes. ``unconfirmed`` names a boolean column: rows where it is
    false are marked, because a parameter without a confirmed source must never pass for law.
    """

    # ``SaveOperation | None``, ``DeleteOperation | None``; a type checker would bind a callable here as a method.
    save_operation: ClassVar[Any] = None
    delete_operation: ClassVar[Any] = None
    unconfirmed: ClassVar[str] = ""
    list_per_page = 50
    show_full_result_count = False
    actions = None
    compressed_fields = True
    list_fullwidth = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.save_operation is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.save_operation is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.delete_operation is not None and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The operation writes; the form's own object is thrown away."""
        assert self.save_operation is not None
        type(self).save_operation(request, form)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: what belongs together is written by one operation."""

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert self.delete_operation is not None
        type(self).delete_operation(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for record in queryset:
            self.delete_model(request, record)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """No: the ledger keeps what happened, once."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """No: the ledger keeps what happened, once."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """No: the ledger keeps what happened, once."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A refusal of the operation is a message above the form, and nothing was written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            return self._refused(request, refusal)

    def _refused(self, request: HttpRequest, refusal: DomainError) -> HttpResponse:
        from django.http import HttpResponseRedirect

        errors = refusal.errors if isinstance(refusal, Invalid) else ()
        for words in [one.detail for one in errors] or [refusal.detail]:
            messages.error(request, words)
        return HttpResponseRedirect(request.get_full_path())
