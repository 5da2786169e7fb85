"""Sandbox: the receiver that comes with the program, for demonstrations and tests. Takes and checks everything."""

from __future__ import annotations

from skolsynk.core.ss12000.codes import STUDENT_GROUP_TYPES
from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="sandbox",
    name="Sandbox",
    homepage="",
    sources=("skolsynk/sandbox/receiver",),
    types=ALL_TYPES,
    group_types=STUDENT_GROUP_TYPES,
    requests_per_second=500.0,
    concurrency=64,
    notes_sv=("En mottagare som följer med programmet och kontrollerar allt strängt. Inget lämnar era egna servrar.",),
    notes_en=(
        "A receiver that comes with the program and checks everything strictly. Nothing leaves your own servers.",
    ),
)
