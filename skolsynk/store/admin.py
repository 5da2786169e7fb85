"""The operator's tables in Django admin: what may be looked at and corrected; sealed values are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from skolsynk.environment import address_fault
from skolsynk.store import save
from skolsynk.store.models import AuditEvent, Connection, Endpoint, RegisterUnit, Run, Source, Tenant

if TYPE_CHECKING:  # generic for the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
else:
    ModelAdmin = admin.ModelAdmin
    ModelForm = forms.ModelForm

admin.site.site_header = "Skolsynk"
admin.site.site_title = "Skolsynk"
admin.site.index_title = gettext_lazy("Operation")


class ReadOnly(ModelAdmin):
    """Written by the program; people only look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Tenant)
class TenantAdmin(ModelAdmin):
    """A tenant is made by a configuration import, which gives it its key; here it is renamed or stopped."""

    list_display = ("name", "customer_id", "organisation_number", "status", "created_at")
    search_fields = ("name", "customer_id")
    fields = ("name", "customer_id", "organisation_number", "namespace", "key_id", "status", "created_at")
    readonly_fields = ("customer_id", "namespace", "key_id", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(ReadOnly):
    list_display = ("tenant", "kind", "subject", "updated_at")
    fields = ("tenant", "kind", "subject", "school_containers", "created_at", "updated_at")


class EndpointForm(ModelForm):
    new_api_key = forms.CharField(
        label=gettext_lazy("New API key"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Leave empty to keep the key there is. A stored key is never shown."),
    )

    class Meta:
        model = Endpoint
        fields = ("connection", "mode", "address", "header", "ca_file", "media_type", "limits")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        fault = address and address_fault(address, settings.PLAIN_HTTP_HOSTS)
        if fault:
            raise forms.ValidationError(fault)
        return address


@admin.register(Endpoint)
class EndpointAdmin(ModelAdmin):
    form = EndpointForm
    list_display = ("connection", "mode", "address", "has_key")

    @admin.display(boolean=True, description=gettext_lazy("Key"))
    def has_key(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.api_key)

    def save_model(self, request: HttpRequest, obj: Endpoint, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data["new_api_key"]:
            save.endpoint(obj.connection_id, obj.mode, api_key=form.cleaned_data["new_api_key"])


@admin.register(Connection)
class ConnectionAdmin(ReadOnly):
    """Changed by configuration and by the command ``mode``, which check what must be true first."""

    list_display = ("tenant", "vendor", "mode", "paused_until")
    list_filter = ("vendor", "mode")


@admin.register(RegisterUnit)
class RegisterUnitAdmin(ModelAdmin):
    list_display = ("code", "name", "municipality", "organizer_name", "status", "origin", "vanished_at")
    list_filter = ("origin", "status")
    search_fields = ("code", "name", "email_domain")
    readonly_fields = ("origin", "vanished_at")


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("created_at", "tenant", "connection", "kind", "mode", "state", "done", "total")
    list_filter = ("kind", "state")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("at", "tenant", "who", "what")
    list_filter = ("what",)
