"""A strict EGIL receiver for tests and demos: it checks on its own code path, so that it can disagree with us."""

from __future__ import annotations

from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import Client, Fault

__all__ = ["Client", "Fault", "ReceiverServer"]
