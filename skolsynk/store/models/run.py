"""Attempts, what each request was answered, and what waits for a person."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from skolsynk.store.models.connection import Connection
from skolsynk.store.models.tenant import Tenant


class Run(models.Model):
    """One attempt, and the truth about it: the broker may forget, repeat or delay. ``at`` is the logical time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="runs")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="runs", null=True, blank=True)
    kind = models.CharField(max_length=20)  # "read" | "plan" | "push" | "sync" | "unprovision" | …
    mode = models.CharField(max_length=4, blank=True, default="")
    trigger = models.CharField(max_length=20, default="operator")
    asked_by = models.CharField(max_length=254, blank=True, default="")  # "member:<id>", or "" for the clock
    changed_after = models.DateTimeField(null=True, blank=True)  # the read before: what is sent changed after it
    state = models.CharField(max_length=8, default="queued")
    queue = models.CharField(max_length=20, default="sync")  # which workers take it
    phase = models.CharField(max_length=20, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)  # while unknown
    rate = models.FloatField(default=0.0)  # per second
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    today = models.DateField()
    counts = models.JSONField(default=dict)
    timings = models.JSONField(default=dict)  # {phase: seconds}
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_args = models.JSONField(default=list)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(state="running"), name="one_running_per_connection"
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state="running", connection__isnull=True),
                name="one_running_read_per_tenant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-created_at"], name="run_newest"),
            models.Index(fields=["tenant", "-created_at"], name="run_newest_of_tenant"),
            models.Index(
                fields=["state", "heartbeat_at"], name="run_unfinished", condition=Q(state__in=("queued", "running"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ReceiptRow(models.Model):
    """One settled change. ``message`` is the vendor's own words, sealed; empty when it said nothing."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="receipts")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=36)
    verb = models.CharField(max_length=6)
    answer = models.CharField(max_length=8)
    status = models.PositiveSmallIntegerField()
    message = models.BinaryField(default=b"")
    words = models.BinaryField(default=b"")  # HMAC of status and message, to group the same answers by
    unit = models.CharField(max_length=8, blank=True, default="")
    removals = models.PositiveIntegerField(default=0)
    approved = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "mode", "at"], name="receipt_window"),
            models.Index(fields=["resource_id", "-at"], name="receipt_of_resource"),  # one person's timeline
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.resource_id}"


class RefusalRow(models.Model):
    """A payload that the vendor refused; not sent again until it changes or somebody asks."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=36)
    verb = models.CharField(max_length=6)
    fingerprint = models.BinaryField(null=True)
    status = models.PositiveSmallIntegerField()
    message = models.BinaryField(default=b"")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "mode", "resource_id"], name="refusal_once")
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.resource_id}"


class HoldRow(models.Model):
    """One change kept back. Leaves by itself when no longer true; announced once."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=36)
    verb = models.CharField(max_length=6)
    reason = models.CharField(max_length=20)
    window = models.CharField(max_length=4)
    unit = models.CharField(max_length=8, blank=True, default="")
    fingerprint = models.BinaryField(null=True)
    cause = models.CharField(max_length=20)
    first_seen = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)  # a person's no to exactly this content
    discarded_by = models.CharField(max_length=254, blank=True, default="")
    discard_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "mode", "resource_id", "verb", "reason"], name="hold_once")
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.resource_id}: {self.reason}"


class ApprovalRow(models.Model):
    """A person's yes to exactly one change; the fingerprint binds its content."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    verb = models.CharField(max_length=6)
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=36)
    fingerprint = models.BinaryField(null=True)
    approved_by = models.CharField(max_length=254)
    comment = models.CharField(max_length=500, blank=True, default="")
    approved_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "mode", "resource_id"], name="approval_unused", condition=Q(used_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.resource_id}"


class Heartbeat(models.Model):
    """When beat or a worker was last heard of."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
