"""How a worker tells its runs that it is asked to stop: SIGTERM in the middle of a push loses nothing.

Celery's signal comes in the worker's main process; the runs are in its children. An event made before
the children are forked reaches them all.
"""

from __future__ import annotations

import multiprocessing

_stop = multiprocessing.get_context("fork").Event()


def prepare() -> None:
    """A worker starts: nobody has asked it to stop yet."""
    _stop.clear()


def ask() -> None:
    """Settle what is open and stop."""
    _stop.set()


def asked() -> bool:
    return _stop.is_set()
