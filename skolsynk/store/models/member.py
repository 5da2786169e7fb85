"""Who of a tenant may do what, and what they are in the middle of."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from skolsynk.store.models.tenant import Tenant


class Member(models.Model):
    """One person of the tenant's own Google customer who may use the site.

    ``subject`` is Google's immutable user id, "" until an invited person has signed in for the first time; the
    address may change and is no key. ``units`` limits the person to some school units; [] means all of them.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="members")
    subject = models.CharField(max_length=64, blank=True, default="")
    email = models.CharField(max_length=254)  # lower case, as last seen or as invited
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=8)  # "owner" | "editor" | "viewer"
    units = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=2, blank=True, default="")
    epoch = models.PositiveIntegerField(default=0)  # raised to end every session of this person
    admitted_by = models.CharField(max_length=254, blank=True, default="")
    notices = models.BooleanField(default=False)  # wants e-mail about trouble and recovery
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "subject"], name="member_subject_once", condition=~Q(subject="") & Q(ended_at=None)
            ),
            models.UniqueConstraint(fields=["tenant", "email"], name="member_email_once", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk} of {self.tenant_id}"


class Draft(models.Model):
    """Something that people are editing together and nobody has saved yet: a tenant's rules, or one connection.

    ``version`` grows with every edit, ``base`` is what it was begun from; who comes with an older number of either is
    told what moved on, and nothing is overwritten.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=60)  # "rules" | "connection:<vendor>"
    document = models.JSONField()
    base = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    author = models.CharField(max_length=254)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "key"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft {self.key} of {self.tenant_id}"


class Snooze(models.Model):
    """A finding that somebody has looked at and set aside until a day, with a reason."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="snoozes")
    code = models.CharField(max_length=60)
    object_key = models.CharField(max_length=500, blank=True, default="")  # "" means every object of that code
    reason = models.CharField(max_length=500)
    until = models.DateField()
    author = models.CharField(max_length=254)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "code", "object_key"], name="snooze_once"),
        ]

    def __str__(self) -> str:
        return f"snooze {self.code} of {self.tenant_id}"


class FindingDay(models.Model):
    """How many findings of each cause there were on one day: the trend."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="finding_days")
    day = models.DateField()
    counts = models.JSONField(default=dict)  # {code: number}

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "day"], name="finding_day_once")]

    def __str__(self) -> str:
        return f"findings of {self.tenant_id} on {self.day}"
