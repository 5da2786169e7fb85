"""What was read, what the rules made of it, and who is who."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from skolsynk.store.models.tenant import Tenant


class SnapshotRow(models.Model):
    """One complete read: ``blob`` is ``core.codec`` bytes, compressed and sealed. Few are kept."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="snapshots")
    at = models.DateTimeField()
    blob = models.BinaryField()
    counts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "-at"], name="snapshot_newest")]

    def __str__(self) -> str:
        return f"snapshot {self.pk} of {self.tenant_id}"


class SchoolRow(models.Model):
    """The school that one version of the rules made of one snapshot, on one day."""

    snapshot = models.ForeignKey(SnapshotRow, models.CASCADE, related_name="schools")
    rules_version = models.PositiveIntegerField()
    today = models.DateField()
    blob = models.BinaryField()
    counts = models.JSONField(default=dict)  # of findings, {code: number}

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["snapshot", "rules_version", "today"], name="school_once")
        ]

    def __str__(self) -> str:
        return f"school of snapshot {self.snapshot_id}"


class IdentityRow(models.Model):
    """Source key ↔ UUID, minted once. Only classes use ``name``, ``unit``, ``members`` and ``last_seen``.

    A class's source key may be used again by another class next year, so it is known by its id alone.
    ``members`` is 16 bytes for each member's UUID, sorted; ids only, so that it may stay after a purge.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=12)  # person | group | unit | unit_group | class | organisation
    source_key = models.CharField(max_length=500)
    resource_id = models.CharField(max_length=36)
    generation = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True, default="")
    unit = models.CharField(max_length=8, blank=True, default="")
    members = models.BinaryField(default=b"")
    last_seen = models.DateField(null=True, blank=True)
    broken_since = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=8, default="minted")  # "minted" | "imported"

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "source_key"], name="identity_key_once", condition=~models.Q(kind="class")
            ),
            models.UniqueConstraint(fields=["tenant", "resource_id"], name="identity_id_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant"], name="identity_broken", condition=models.Q(broken_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.resource_id
