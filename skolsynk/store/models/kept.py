"""Values that pages read quickly: the read model of a tenant, and plans as they were made. All sealed, in parts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from skolsynk.store.models.connection import Connection
from skolsynk.store.models.directory import SnapshotRow
from skolsynk.store.models.tenant import Tenant


class ReadModelRow(models.Model):
    """What one snapshot, one version of the rules and one day gave, arranged for pages. One for each tenant."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="read_model")
    snapshot = models.ForeignKey(SnapshotRow, models.SET_NULL, null=True, related_name="+")
    rules_version = models.PositiveIntegerField(default=0)
    today = models.DateField()
    at = models.DateTimeField()  # of the snapshot
    layout = models.CharField(max_length=40)  # of the parts; another program's are made anew
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"read model of {self.tenant_id}"


class ReadModelPart(models.Model):
    """One part: ``name`` and ``number`` say which, ``blob`` is compressed and sealed."""

    read_model = models.ForeignKey(ReadModelRow, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)
    number = models.PositiveIntegerField(default=0)
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["read_model", "name", "number"], name="read_model_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class PlanRow(models.Model):
    """One plan with changes, as it was made: ``head`` is its index, sealed; bodies are in ``parts``."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="plans")
    mode = models.CharField(max_length=4)
    run = models.UUIDField(unique=True)
    kind = models.CharField(max_length=20, default="push")  # of the run
    at = models.DateTimeField()
    snapshot_at = models.DateTimeField(null=True)
    rules_version = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    head = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["connection", "mode", "-at"], name="plan_newest")]

    def __str__(self) -> str:
        return f"plan of run {self.run}"


class PlanPart(models.Model):
    """Bodies before and after of some hundred changes of a plan, compressed and sealed."""

    plan = models.ForeignKey(PlanRow, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "number"], name="plan_part_once")]

    def __str__(self) -> str:
        return f"part {self.number}"


class ConnectionVersion(models.Model):
    """A connection's selection, guards and schedule as they were; the highest number is in force."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()  # {selection, guards, schedule}
    author = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "number"], name="connection_number_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.connection_id}"
