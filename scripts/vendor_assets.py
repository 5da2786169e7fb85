"""Copies the front-end files that the site serves from an installed ``scripts/assets`` into ``static/vendor``.

    cd scripts/assets && npm ci --ignore-scripts && cd ../.. && python -m scripts.vendor_assets

The copies are committed, with ``vendor.lock.json`` (package, version, licence, SHA-256 of each file), which a test
holds against them: neither running nor testing needs npm.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "scripts" / "assets" / "node_modules"
TARGET = ROOT / "static" / "vendor"
LOCK = TARGET / "vendor.lock.json"
SPRITE = "icons.svg"


class Copied(NamedTuple):
    package: str
    file: str  # inside the package
    name: str  # under static/vendor/<short name>@<version>/


FILES = (
    Copied("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    Copied("@digdir/designsystemet-css", "dist/src/index.css", "designsystemet.css"),
    Copied("@digdir/designsystemet-css", "dist/theme/designsystemet.css", "theme.css"),
    Copied("@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2", "inter-latin.woff2"),
)
ICONS = (
    "activity", "arrow-right", "calendar", "check", "chevron-down", "chevron-right", "circle", "circle-dashed", "clock",
    "copy", "download", "external-link", "eye", "funnel", "git-compare", "circle-question-mark", "info", "key", "list",
    "log-out", "mail", "menu", "minus", "monitor", "moon", "pause", "pencil", "play", "plus", "refresh-cw", "school",
    "search", "settings", "shield", "sun", "trash-2", "triangle-alert", "undo-2", "user", "users", "webhook", "x",
    "list-tree", "book-open", "rocket", "house", "table", "snowflake", "ban", "send",
)  # fmt: skip
SYMBOL = re.compile(r"<svg.*?>(.*)</svg>", re.DOTALL)


def folder_of(package: str) -> Path:
    return TARGET / f"{package.split('/')[-1].removesuffix('.org')}@{_described(package)['version']}"


def _described(package: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((PACKAGES / package / "package.json").read_text())
    return found


def sprite() -> str:
    """One file with a symbol for each icon; pages refer to them by ``#name``."""
    symbols = []
    for name in sorted(ICONS):
        drawn = SYMBOL.search((PACKAGES / "lucide-static" / "icons" / f"{name}.svg").read_text())
        assert drawn, name
        shapes = " ".join(drawn[1].split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    rows = []
    for copied in FILES:
        target = folder_of(copied.package) / copied.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((PACKAGES / copied.package / copied.file).read_bytes())
        rows.append(_row(copied.package, target))
    icons = folder_of("lucide-static") / SPRITE
    icons.parent.mkdir(parents=True)
    icons.write_text(sprite())
    rows.append(_row("lucide-static", icons))
    LOCK.write_text(json.dumps(rows, indent=2) + "\n")


def _row(package: str, file: Path) -> dict[str, str]:
    described = _described(package)
    return {
        "package": package,
        "version": described["version"],
        "licence": described["license"],
        "file": file.relative_to(TARGET).as_posix(),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


if __name__ == "__main__":
    main()
