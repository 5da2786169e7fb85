"""Filters together: AND within a block, OR between blocks, and those that take people out.

A filter says nothing of people whose roles it does not apply to, and a block says nothing of people whom none of
its filters applies to: "school year 7–9" leaves all teachers in. Somebody whom no block speaks of is kept. A block
without filters keeps nobody: empty never means all.
"""

from __future__ import annotations

from collections.abc import Sequence

from skolsynk.core.filters.kinds import Filter
from skolsynk.core.filters.view import UserView

Block = tuple[Filter, ...]


def failing(block: Sequence[Filter], view: UserView) -> tuple[Filter, ...]:
    """The filters of one block that apply to the person and do not keep her."""
    return tuple(each for each in block if each.applies(view) and not each.keeps(view))


def keeps(blocks: Sequence[Block], view: UserView) -> bool:
    """True when some block keeps her, or none speaks of her."""
    spoken = False
    for block in blocks:
        applying = [each for each in block if each.applies(view)]
        if applying and all(each.keeps(view) for each in applying):
            return True
        spoken = spoken or bool(applying) or not block
    return not spoken


def nearest(blocks: Sequence[Block], view: UserView) -> tuple[int, tuple[Filter, ...]]:
    """Of blocks that do not keep her: the one with fewest failing filters, by place, and these filters."""
    missed = [(index, failing(block, view)) for index, block in enumerate(blocks)]
    return min((each for each in missed if each[1]), key=lambda each: len(each[1]), default=(0, ()))


def taking_out(filters: Sequence[Filter], view: UserView) -> int | None:
    """Place of the first filter that matches the person; None when none does."""
    return next((index for index, each in enumerate(filters) if each.applies(view) and each.keeps(view)), None)
