"""The many tenants of the soak: invented, served by one fake Google, read once and held by the vendor."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from random import Random
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the set-up above
from django.utils import timezone  # noqa: E402 - as above

from skolsynk.core.connection import Mode  # noqa: E402 - as above
from skolsynk.core.health import together  # noqa: E402 - as above
from skolsynk.sandbox import municipality  # noqa: E402 - as above
from skolsynk.sandbox.google import FakeGoogle, Quota, new_service_account  # noqa: E402 - as above
from skolsynk.store import load, realtime, register, save  # noqa: E402 - as above
from skolsynk.store.models import Hint, Run  # noqa: E402 - as above
from skolsynk.sync import dispatch, listening, rehearsal, run, tenants  # noqa: E402 - as above
from skolsynk.sync.configuration import write_yaml  # noqa: E402 - as above


class Town:
    def __init__(self, number: int, people: int, what: str) -> None:
        convention = {"names": "org_units", "groups": "groups"}[what]
        call_command("migrate", verbosity=0)
        now = timezone.now()
        self.towns = [
            municipality.make(seed, people, convention, now.date(), f"Kommun {seed}", f"kommun{seed}.example")
            for seed in range(1, number + 1)
        ]
        for one in self.towns:
            one.directory.clock = timezone.now  # the log tells when a change was made, and that is what is timed
        self.google = FakeGoogle({one.directory.customer_id: one.directory for one in self.towns}, quota=Quota(None))
        self.google.start()
        account = new_service_account(token_uri=self.google.token_uri)
        self.google.add_service_account(account)
        from django.conf import settings

        settings.GOOGLE_ROOT_URL, settings.GOOGLE_TOKEN_URI = self.google.url + "/", self.google.token_uri
        settings.GOOGLE_SERVICE_ACCOUNT = json.dumps(account)
        os.environ.update(
            GOOGLE_ROOT_URL=self.google.url + "/", GOOGLE_TOKEN_URI=self.google.token_uri,
            GOOGLE_SERVICE_ACCOUNT=json.dumps(account),
        )  # fmt: skip
        self.ids = [self._begun(one) for one in self.towns]

    def _begun(self, town: municipality.Municipality) -> int:
        now = timezone.now()
        rows = municipality.to_register(town.school_units, town.town.name)
        register.register((rehearsal.registered(row) for row in rows), now, complete=False)
        wanted = tenants.check(write_yaml(rehearsal.configuration_of(town, ("sandbox",))))
        tenant_id = tenants.apply(wanted, author="soak", reason="soak", at=now).tenant_id
        connection = load.connection_to(tenant_id, "sandbox")
        assert connection
        save.mode(connection.id, Mode.TEST.value)
        save.endpoint(connection.id, Mode.TEST, limits={"requests_per_second": 0, "concurrency": 16})
        waiting = [dispatch.queue_read(tenant_id, now)]
        while waiting:
            waiting += run.execute(waiting.pop(0), worker="soak", should_stop=lambda: False)
        return tenant_id

    def listen(self) -> None:
        """Channels open and logs followed, as after the first night."""
        self.since = timezone.now()
        for tenant_id in self.ids:
            listening.listen(tenant_id, self.since)
            realtime.followed(tenant_id, self.since, (), self.since + timedelta(minutes=1))
            realtime.forget_hints(tenant_id)

    def rename(self, chance: Random, number: int) -> None:
        town = chance.choice(self.towns)
        key = chance.choice(sorted(one.key for one in town.truth.people.values() if one.clean and one.classes))
        town.directory.rename_user(key, f"Nytt{number}", "Ek")

    def leave(self, chance: Random, _number: int) -> None:
        """Somebody is taken out of a group about as large as a class."""
        directory = chance.choice(self.towns).directory
        of_people = {key: rows for key, rows in directory.members.items() if {row["type"] for row in rows} == {"USER"}}
        group = chance.choice(sorted(key for key, rows in of_people.items() if 8 <= len(rows) <= 40))
        rows = list(of_people[group])
        rows.remove(chance.choice(rows))
        directory.set_members(group, rows)

    def waiting(self) -> int:
        return (
            Hint.objects.count()
            + Run.objects.filter(state__in=("queued", "running"), kind__in=("patch", "push")).count()
        )

    def freshness(self) -> dict[str, Any]:
        rows = Run.objects.filter(kind="push", created_at__gt=self.since, counts__has_key="freshness")
        found = [one.counts["freshness"] for one in rows]
        shown = together(found) or {}
        kinds = {
            kind: Run.objects.filter(kind=kind, created_at__gt=self.since).count()
            for kind in ("patch", "push", "school", "read")
        }
        failed = [*Run.objects.filter(created_at__gt=self.since, state="failed").values_list("kind", "error_code")]
        return {
            "freshness": shown,
            "longest_s": max((one["p95_s"] for one in found), default=None),
            "runs": kinds,
            "failed": failed,
        }

    def stop(self) -> None:
        self.google.stop()
