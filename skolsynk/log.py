"""One line an event on standard output: ``2026-01-30T08:00:00Z INFO skolsynk.sync plan_made run=… held=3``.

Callers write ``log.info("plan_made", extra={"run": run_id, "held": 3})``: an event name, and fields that hold ids
and counts. Names, addresses, bodies and tokens are never fields.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "data"}


class EventFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        fields = "".join(
            f" {name}={_quoted(str(value))}" for name, value in vars(record).items() if name not in _STANDARD
        )
        line = f"{at} {record.levelname} {record.name} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _quoted(text: str) -> str:
    plain = text and not any(character.isspace() or character in '"=' for character in text)
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', "'").replace("\n", "\\n") + '"'
