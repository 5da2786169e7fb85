"""The school unit register, and which of its units a tenant has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from skolsynk.store.models.tenant import Tenant


class RegisterUnit(models.Model):
    """One school unit as the register has it; ``corrected`` holds the operator's words over the register's."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default="AKTIV")
    school_types = models.JSONField(default=list)
    organizer_type = models.CharField(max_length=40, blank=True, default="")
    organization_number = models.CharField(max_length=20, blank=True, default="")
    organizer_name = models.CharField(max_length=200, blank=True, default="")
    municipality_code = models.CharField(max_length=4, blank=True, default="")
    municipality = models.CharField(max_length=100, blank=True, default="")
    email_domain = models.CharField(max_length=253, blank=True, default="")
    web_host = models.CharField(max_length=253, blank=True, default="")
    origin = models.CharField(max_length=10, default="register")  # "register" | "operator"
    corrected = models.JSONField(default=dict, blank=True)  # {field: value}
    vanished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["email_domain"], name="unit_email_domain"),
            models.Index(fields=["municipality_code"], name="unit_municipality"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class TenantUnit(models.Model):
    """A unit that the tenant says is its own, the group it puts it in, and why it was added."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="units")
    code = models.CharField(max_length=8)
    group = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "code"], name="tenant_unit_once")]

    def __str__(self) -> str:
        return self.code
