"""The school authority that owns all rows, where it is read from, and its rules."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Tenant(models.Model):
    """One school authority: one Google customer. Its data key is wrapped by the deployment's key ``key_id``."""

    customer_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    organisation_number = models.CharField(max_length=20, blank=True, default="")
    namespace = models.UUIDField()  # of the UUIDv5 identities
    wrapped_key = models.BinaryField()  # empty once the tenant's personal data is erased
    key_id = models.CharField(max_length=16, blank=True, default="")
    status = models.CharField(max_length=20, default="active")
    preferences = models.JSONField(default=dict, blank=True)  # {receipt_days, contact, …}: skolsynk.sync.preferences
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """The tenant's link to one directory. ``credentials`` is sealed; empty means the deployment's own."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20, default="google")
    subject = models.CharField(max_length=254, blank=True, default="")
    school_containers = models.JSONField(default=list)
    credentials = models.BinaryField(default=b"")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "kind"], name="source_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.tenant_id}"


class RulesVersion(models.Model):
    """A tenant's rules as they were; the highest number rules."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="rules_versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    author = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "number"], name="rules_number_once")]

    def __str__(self) -> str:
        return f"rules {self.number} of {self.tenant_id}"


class AuditEvent(models.Model):
    """Who did or saw what. ``about`` holds ids and counts, never names."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="audit_events")
    who = models.CharField(max_length=254)
    what = models.CharField(max_length=60)
    about = models.JSONField(default=dict)
    person = models.CharField(max_length=64, blank=True, default="")  # source key, where it is about one
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-at"], name="audit_newest"),
            models.Index(fields=["tenant", "person", "-at"], name="audit_of_person", condition=~models.Q(person="")),
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.at}"
