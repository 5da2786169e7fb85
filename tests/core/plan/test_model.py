"""The receiver of these tests refuses what a strict vendor refuses."""

from __future__ import annotations

import pytest

from skolsynk.core.ledger import Verb
from skolsynk.core.plan import Change
from tests.core.plan.model import DanglingError, Receiver, contents
from tests.core.plan.worlds import group, pupil, rid, unit


def test_a_body_that_refers_to_nobody_is_refused() -> None:
    item = group(1, [7])[rid("group", 1)]
    change = Change(Verb.CREATE, item.type, rid("group", 1), item.unit, item.payload, b"", None, (), 0, "new")
    with pytest.raises(DanglingError, match="refers to"):
        Receiver(contents(unit(0))).apply(change)


def test_a_delete_of_somebody_in_a_class_is_refused() -> None:
    change = Change(Verb.DELETE, "User", rid("pupil", 7), "", None, None, None, (), 1, "gone")
    receiver = Receiver(contents(unit(0) | pupil(7) | group(1, [7])))
    with pytest.raises(DanglingError, match="still used"):
        receiver.apply(change)
    assert rid("pupil", 7) in receiver.bodies
