"""Scenarios wait in milliseconds where the product waits in seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skolsynk.egil.target import Patience
from skolsynk.sources.google import GoogleSource
from skolsynk.sync import directory, targets


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Patience(tries=4, limited_tries=6, base_s=0.02, longest_s=0.2, longest_retry_after_s=3.0, breaker=3)
    monkeypatch.setattr(targets, "patience", lambda: quick)
    honest = directory.source

    def source(tenant_id: int, *, everything: bool = False, **how: Any) -> GoogleSource:
        made = honest(tenant_id, everything=everything, **how)
        made.calling = replace(made.calling, pause=lambda _: None)
        return made

    monkeypatch.setattr(directory, "source", source)
