"""Is the site well? Answers for load balancers and the operator; knows no person and no tenant."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from skolsynk.store import load
from skolsynk.sync import listening


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """``{"database", "migrations", "heartbeats": {name: iso time}, "google_notices"}``; 200 when it works, else 503."""
    try:
        pending = _pending_migrations()
        beats = {name: at.isoformat() for name, at in load.heartbeats().items()} if not pending else {}
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    notices = "possible" if listening.address() else "no public https address (SITE_URL)"
    body = {
        "database": "ok", "migrations": "pending" if pending else "ok", "heartbeats": beats, "google_notices": notices,
    }  # fmt: skip
    return JsonResponse(body, status=503 if pending else 200)


def _pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
