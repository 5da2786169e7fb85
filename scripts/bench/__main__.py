"""``python -m scripts.bench [ROW …] [--quick] [--json]``: all rows, or those named. Exit code 0 whatever it took."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time

from scripts.bench.lab import Lab, opened
from scripts.bench.rows import ROWS, Figure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, once; limits are not shown")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if unknown := set(chosen.rows) - set(ROWS):
        parser.error(f"unknown row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    with opened(quick=chosen.quick) as lab:
        found = [_measured(lab, name, told=not chosen.json) for name in chosen.rows or ROWS]
    if chosen.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        print(json.dumps({**machine, "quick": chosen.quick, "rows": found}, ensure_ascii=False, indent=1))


def _measured(lab: Lab, name: str, *, told: bool) -> dict[str, object]:
    before, began = os.getloadavg(), time.monotonic()
    sys.stderr.write(f"{name} …\n")
    figures = ROWS[name](lab)
    if lab.quick:
        figures = [figure._replace(limit=None) for figure in figures]
    after, took = os.getloadavg(), time.monotonic() - began
    if told:
        print(_heading(name, before, after, took), *map(_line, figures), "", sep="\n", flush=True)
    about = [{**figure._asdict(), "ratio": figure.ratio, "within": figure.within} for figure in figures]
    return {"row": name, "load_before": before, "load_after": after, "took_s": round(took, 1), "figures": about}


def _heading(name: str, before: tuple[float, ...], after: tuple[float, ...], took: float) -> str:
    loads = f"load {before[0]:.1f} before, {after[0]:.1f} after, on {os.cpu_count()} cores"
    return f"{name}: {ROWS[name].__doc__}\n  {loads}; took {took:.0f} s with preparations"


def _line(figure: Figure) -> str:
    value = f"{_number(figure.value)} {figure.unit}".rstrip()
    line = f"  {figure.what:<58} {value:>14}"
    if figure.limit is None:
        return line
    limit = f"{'at least' if figure.at_least else 'at most'} {_number(figure.limit)} {figure.unit}".rstrip()
    return f"{line}   {limit:<18} {figure.ratio:5.2f} {'within' if figure.within else 'MISSED'}"


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    main()
