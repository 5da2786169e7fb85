"""Whom to tell about trouble, and what has been told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from skolsynk.store.models.connection import Connection
from skolsynk.store.models.tenant import Tenant


class Webhook(models.Model):
    """An address of the tenant's own that gets notices as signed JSON. ``secret`` is sealed."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="webhooks")
    address = models.CharField(max_length=500)
    secret = models.BinaryField(default=b"")
    last_status = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    last_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "address"], name="webhook_once")]

    def __str__(self) -> str:
        return f"webhook {self.pk} of {self.tenant_id}"


class Notice(models.Model):
    """One cause of trouble from its beginning to its end: told once, and once more on recovery."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="notices")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="notices", null=True, blank=True)
    cause = models.CharField(max_length=60)  # "held" | "failed:<code>" | "silent" | "rejected" …
    about = models.JSONField(default=dict)  # numbers and ids, never names
    began_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    recovery_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "cause"], name="notice_open_once", condition=models.Q(ended_at=None)
            ),
            models.UniqueConstraint(
                fields=["tenant", "cause"],
                name="notice_of_tenant_open_once",
                condition=models.Q(ended_at=None, connection=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} of {self.tenant_id}"
