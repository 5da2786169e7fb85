"""``python -m skolsynk.sandbox.municipality [FOLDER]``: write the worked examples of docs/conventions anew."""

from __future__ import annotations

import sys
from pathlib import Path

from skolsynk.sandbox.municipality.configuration import write_examples

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "conventions"


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_examples(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
