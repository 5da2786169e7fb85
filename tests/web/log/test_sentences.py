"""Every event that the code writes has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import skolsynk
from skolsynk.web.log.sentences import GAP, SENTENCES

ROOT = Path(skolsynk.__file__).parent
WHAT = 2  # the third argument of save.audit


class Module:
    """One file's syntax, and what a name in it may stand for."""

    def __init__(self, file: Path) -> None:
        self.name = str(file.relative_to(ROOT))
        self.tree = ast.parse(file.read_text())

    def events(self) -> Iterator[str]:
        for call in ast.walk(self.tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "save.audit":
                yield from self.texts(call.args[WHAT])

    def texts(self, node: ast.expr) -> Iterator[str]:
        """All texts that an expression may be."""
        if isinstance(node, ast.Constant):
            yield str(node.value)
        elif isinstance(node, ast.IfExp):
            yield from (*self.texts(node.body), *self.texts(node.orelse))
        elif isinstance(node, ast.Dict):
            for value in node.values:
                yield from self.texts(value)
        elif isinstance(node, ast.Subscript):
            yield from self.texts(node.value)
        elif isinstance(node, ast.Name):
            yield from self.named(node.id)
        elif isinstance(node, ast.Attribute):
            yield from constants(node.attr)
        else:
            pytest.fail(f"{self.name}: what is {ast.unparse(node)}? Write the event out.")

    def named(self, name: str) -> Iterator[str]:
        """Whatever is assigned to the name, or given for a parameter of that name."""
        found = False
        for node in ast.walk(self.tree):
            for value in (*_assigned(node, name), *self.given(node, name)):
                found = True
                yield from self.texts(value)
        assert found, f"{self.name}: nobody says what {name} is."

    def given(self, node: ast.AST, name: str) -> Iterator[ast.expr]:
        if not isinstance(node, ast.FunctionDef):
            return
        places = [number for number, argument in enumerate(node.args.args) if argument.arg == name]
        for call in ast.walk(self.tree):
            if places and isinstance(call, ast.Call) and ast.unparse(call.func) == node.name:
                yield from call.args[places[0] : places[0] + 1]


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name) and target.id == name:
            yield node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for one, value in zip(target.elts, node.value.elts, strict=True):
                if isinstance(one, ast.Name) and one.id == name:
                    yield value


def constants(name: str) -> Iterator[str]:
    """What modules of ours call so."""
    for file in ROOT.rglob("*.py"):
        for node in ast.parse(file.read_text()).body if f"{name} = " in file.read_text() else ():
            for value in _assigned(node, name):
                yield from Module(file).texts(value)


MODULES = [Module(file) for file in sorted(ROOT.rglob("*.py")) if "save.audit(" in file.read_text()]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_event_has_a_sentence(module: Module) -> None:
    written = set(module.events())
    assert written
    assert written - set(SENTENCES) == set()


def test_the_walk_finds_what_is_not_written_out() -> None:
    found = {event for module in MODULES for event in module.events()}
    assert {"first_owner", "units_grouped", "person_readmitted", "guards_confirmed", "secret_removed"} <= found


@pytest.mark.parametrize("what", sorted(SENTENCES))
def test_a_sentence_says_the_same_in_both_languages(what: str) -> None:
    sentence = SENTENCES[what]
    assert sentence.sv
    assert sentence.sv != sentence.en
    assert sorted(GAP.findall(sentence.more_sv)) == sorted(GAP.findall(sentence.more_en))
    assert len(what) <= 60
