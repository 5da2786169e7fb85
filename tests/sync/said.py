"""A command as somebody at a terminal meets it: exit code, standard output, standard error."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def say(monkeypatch: pytest.MonkeyPatch, words: Sequence[str], stdin: str = "") -> Said:
    """Run one command; what is neither an exit nor wrong use is a mistake of ours and comes through."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            call_command(*words)
        except SystemExit as stop:
            code = stop.code or "left with 0, which is said by saying nothing"
        except CommandError as error:  # at a terminal argparse prints this and leaves with 2
            err.write(str(error))
            code = 2
    assert isinstance(code, int), code
    assert "Traceback" not in err.getvalue()
    return Said(code, out.getvalue(), err.getvalue())
