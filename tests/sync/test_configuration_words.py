"""Everything that can be wrong in a configuration is told in Swedish, too."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from skolsynk.sync import configuration, schedule_json
from skolsynk.sync.configuration import ConfigurationError
from skolsynk.sync.configuration_words import PHRASES, in_swedish


def spelt(node: ast.expr | None) -> str | None:
    """A text or an f-text with 7 in its gaps; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)  # type: ignore[misc]  # parts of a text
    return None


def messages(module: ModuleType) -> set[str]:
    """Second arguments of ``wrong(…)`` and ``Wrong(…)``, and second parts of problems that are pairs."""
    found = set()
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call) and len(node.args) >= 2 and ast.unparse(node.func).lower().endswith("wrong"):
            found.add(spelt(node.args[1]))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
            found.add(spelt(node.elts[1]))
    return {message for message in found if message and " " in message}


@pytest.mark.parametrize("module", [configuration, schedule_json])
def test_every_message_of_the_readers_has_a_translation(module: ModuleType) -> None:
    found = messages(module)
    assert len(found) >= 6
    assert [message for message in found if in_swedish(message) == message] == []


def test_a_broken_file_is_told_in_both_languages() -> None:
    text = "tenant: {name: 7, costumer_id: C1}\nsource: []\nschool_units: [{code: '1'}]\nrules: {placement: 1}\n"
    with pytest.raises(ConfigurationError) as caught:
        configuration.parse(text, ["ne"], lambda code: True)
    told = {problem.path: (problem.text("sv"), problem.text("en")) for problem in caught.value.problems}
    assert told["tenant.costumer_id"][0] == "okänd nyckel; menade du customer_id?"
    assert told["tenant.customer_id"] == ("saknas", "is missing")
    assert all(sv != en for sv, en in told.values()), told


def test_the_librarys_own_words_stay() -> None:
    assert in_swedish("mapping values are not allowed here") == "mapping values are not allowed here"


def test_no_phrase_hides_another() -> None:
    for number, (phrase, swedish) in enumerate(PHRASES):
        sample = re.sub(r"\((?:\.\+|\.\*|\\d\+)\)", "7", phrase).replace("\\", "")
        first = next(at for at, (other, _) in enumerate(PHRASES) if re.fullmatch(other, sample, re.DOTALL))
        assert first == number, (phrase, swedish)
