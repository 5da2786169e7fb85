"""``python -m scripts.bench.child prepare|measure NAME ARGUMENTS``: one piece of work in a process of its own.

Memory and processor time are only honest in a process that did nothing else: what invents a municipality
never measures. The answer is JSON on the last line of standard output. Started by ``lab`` only.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skolsynk.settings")
    django.setup()
    place, name, arguments = sys.argv[1:]
    work = getattr(importlib.import_module(f"scripts.bench.{place}"), name)
    print(json.dumps(work(**json.loads(arguments))), flush=True)


if __name__ == "__main__":
    main()
