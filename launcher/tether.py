"""Starts a program that ends when the launcher does, even when the launcher is killed: ``tether.py PARENT PROGRAM …``.

The kernel keeps the wish across exec (Linux; elsewhere the program simply starts). A separate program, because code
between fork and exec is unsafe in a process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the wish was made
        sys.exit(0)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
