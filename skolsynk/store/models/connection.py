"""Tenant × vendor: what it may see, where it goes, and what is proven to be there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from skolsynk.store.models.tenant import Tenant


class Connection(models.Model):
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="connections")
    vendor = models.CharField(max_length=40)
    mode = models.CharField(max_length=4, default="off")
    selection = models.JSONField(default=dict)
    guards = models.JSONField(default=dict, blank=True)
    schedule = models.JSONField(default=dict, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    relation = models.JSONField(default=dict, blank=True)  # {state, contact, agreed_on, note}: with the vendor's people
    version = models.PositiveIntegerField(default=1)  # of selection, guards and schedule
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "vendor"], name="connection_once")]

    def __str__(self) -> str:
        return f"{self.vendor} of {self.tenant_id}"


class Endpoint(models.Model):
    """An operator's own words for one mode of one connection; empty means the vendor's. ``api_key`` is sealed."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="endpoints")
    mode = models.CharField(max_length=4)
    address = models.CharField(max_length=500, blank=True, default="")
    header = models.CharField(max_length=100, blank=True, default="")
    ca_file = models.CharField(max_length=500, blank=True, default="")
    media_type = models.CharField(max_length=100, blank=True, default="")
    limits = models.JSONField(default=dict, blank=True)
    api_key = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "mode"], name="endpoint_once")]

    def __str__(self) -> str:
        return f"{self.mode} of {self.connection_id}"


class LedgerRow(models.Model):
    """One resource that the vendor is proven to hold (or may hold: fingerprint null). Payload sealed."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=36)
    fingerprint = models.BinaryField(null=True)
    unit = models.CharField(max_length=8, blank=True, default="")
    run = models.UUIDField(null=True)  # no foreign key: runs are pruned, the proof stays
    at = models.DateTimeField()
    payload = models.BinaryField()  # last, so that a plan's look at the others need not pass over it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "mode", "resource_id"], name="ledger_once")
        ]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_id}"


class BucketRow(models.Model):
    """A token bucket for deployments without Redis: when the next request is due, in seconds since 1970."""

    name = models.CharField(max_length=120, primary_key=True)
    due = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.name
