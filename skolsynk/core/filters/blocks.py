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


def speaking(blocks: Sequence[Block], view: UserView) -> list[tuple[int, Block]]:
    """The blocks, with their places, that say something of the person."""
    return [
        (index, block) for index, block in enumerate(blocks) if not block or any(each.applies(view) for each in block)
    ]


def keeps(blocks: Sequence[Block], view: UserView) -> bool:
    """True when some block keeps her, or none speaks of her."""
    spoken = speaking(blocks, view)
    return not spoken or any(block and not failing(block, view) for _, block in spoken)


def nearest(blocks: Sequence[Block], view: UserView) -> tuple[int, tuple[Filter, ...]]:
    """Of blocks that do not keep her: the one with fewest failing filters, by place, and these filters."""
    spoken = [(len(failing(block, view)), index) for index, block in speaking(blocks, view) if block]
    if not spoken:
        return 0, ()
    index = min(spoken)[1]
    return index, failing(blocks[index], view)


def taking_out(filters: Sequence[Filter], view: UserView) -> int | None:
    """Place of the first filter that matches the person; None when none does."""
    return next((index for index, each in enumerate(filters) if each.applies(view) and each.keeps(view)), None)
