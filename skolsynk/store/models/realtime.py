"""The app's life at one Google customer, and how Google tells of changes between two full reads."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from skolsynk.store.models.tenant import Tenant


class Installation(models.Model):
    """The app at one customer, as Google last told: what works, and since when it seems to be gone.

    ``state``: "pending" (Google has not let us in yet) | "active" | "quarantined" (uninstalled: nothing is read or
    sent) | "purged". ``capabilities``: {name: {"works": bool, "code": str}} of the newest look.
    """

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="installation")
    state = models.CharField(max_length=12, default="pending")
    capabilities = models.JSONField(default=dict)
    licence = models.CharField(max_length=12, blank=True, default="")  # "ACTIVE" | "UNLICENSED" | "" unknown
    licensed_at = models.DateTimeField(null=True, blank=True)  # when Google last said "ACTIVE"
    domain = models.CharField(max_length=253, blank=True, default="")  # the primary one: licences are asked for by it
    since = models.DateTimeField(null=True, blank=True)  # of the state
    looked_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)  # the first of the looks in a row that missed it
    quarantined_at = models.DateTimeField(null=True, blank=True)
    purge_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)
    was = models.JSONField(default=dict, blank=True)  # {vendor: mode} before the quarantine

    class Meta:
        indexes: ClassVar = [models.Index(fields=["looked_at"], name="installation_looked")]

    def __str__(self) -> str:
        return f"installation of {self.tenant_id}: {self.state}"


class Channel(models.Model):
    """One ``users.watch`` channel. ``token`` is sealed; ``expires_at`` is what Google answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="channels")
    token = models.BinaryField()
    resource_id = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, default="asked")  # "asked" | "open" | "stopped"
    number = models.PositiveBigIntegerField(default=0)  # the highest X-Goog-Message-Number heard
    heard_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "state", "expires_at"], name="channel_open")]

    def __str__(self) -> str:
        return f"channel {self.pk} of {self.tenant_id}"


class Hint(models.Model):
    """Something that Google says has changed and that nobody has read again yet; said again, it is the same row.

    ``kind``: "user" | "group" (``key``: Google's immutable id, or a group's address) | "org_units" | "groups" |
    "everything" (``key`` "").
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="hints")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=254, blank=True, default="")
    times = models.PositiveIntegerField(default=1)  # grows with each time it is said
    changed_at = models.DateTimeField()  # of the earliest change: when Google says, else when it was heard of
    noted_at = models.DateTimeField()  # of the newest

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "kind", "key"], name="hint_once")]
        indexes: ClassVar = [models.Index(fields=["noted_at"], name="hint_noted")]

    def __str__(self) -> str:
        return f"hint {self.kind} of {self.tenant_id}"


class ActivityCursor(models.Model):
    """How far one tenant's admin log (Reports API) has been followed. ``recent``: events in the overlap, by hash."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="activity_cursor")
    seen_until = models.DateTimeField()  # the newest event that was seen, or the first look
    recent = models.JSONField(default=list)  # [[ISO time, hash of (time, uniqueQualifier)]]
    looked_at = models.DateTimeField(null=True, blank=True)
    failed_since = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return f"admin log of {self.tenant_id}"
