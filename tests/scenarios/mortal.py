"""A worker that is meant to be killed: started once, it forks a child for each run that it is given.

Reads a run's id a line, answers ``<pid>`` when the child has begun and ``ended <status>`` when it is over.
Forking from a loaded program makes fifty deaths cost seconds instead of minutes.
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

import django


def main() -> None:
    django.setup()
    from skolsynk.sync import run  # needs the set-up above

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                run.execute(UUID(line.strip()), worker=f"mortal:{os.getpid()}", should_stop=lambda: False)
            finally:
                os._exit(0)
        say(str(pid))
        _, status = os.waitpid(pid, 0)
        say(f"ended {status}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
