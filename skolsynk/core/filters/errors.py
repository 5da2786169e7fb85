"""What is wrong with a selection, its filters or the guards of a connection."""

from __future__ import annotations

from collections.abc import Iterable

from skolsynk.core.rules.problems import Problem


class SelectionError(ValueError):
    """A selection, filter or guard that cannot be used; carries every problem found, in reading order.

    ``missing_units`` are the school unit codes that a selection names and its school lacks.
    """

    def __init__(self, problems: Iterable[Problem], missing_units: tuple[str, ...] = ()) -> None:
        self.problems = tuple(problems)
        self.missing_units = missing_units
        super().__init__("; ".join(f"{problem.path or 'selection'}: {problem.text()}" for problem in self.problems))
