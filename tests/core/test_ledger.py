"""What one answer does to a ledger row."""

from __future__ import annotations

import pytest

from skolsynk.core.ledger import Answer, Settled, Verb, settle


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.UPDATE])
def test_an_accepted_body_is_what_the_vendor_has(verb: Verb) -> None:
    assert settle(verb, Answer.DONE) is Settled.HOLD


def test_a_delete_that_is_done_drops_the_row() -> None:
    assert settle(Verb.DELETE, Answer.DONE) is Settled.DROP


@pytest.mark.parametrize("verb", list(Verb))
def test_no_answer_leaves_the_content_unknown(verb: Verb) -> None:
    assert settle(verb, Answer.UNKNOWN) is Settled.UNSURE


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("answer", [Answer.REJECTED, Answer.FAILED, Answer.BLOCKED])
def test_what_did_not_take_effect_leaves_the_row_as_it_was(verb: Verb, answer: Answer) -> None:
    assert settle(verb, answer) is Settled.KEEP
