"""What one connection may see of a school: selected, cut to the vendor's limits, closed under references, explained."""

from __future__ import annotations

from skolsynk.core.connection_json import selection_from_json as parse_selection
from skolsynk.core.connection_json import selection_to_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.selection.explain import explain_selection
from skolsynk.core.selection.select import select

__all__ = ["SelectionError", "explain_selection", "parse_selection", "select", "selection_to_json"]
