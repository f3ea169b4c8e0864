"""No server: a Python that has imported what all the servers share, to compare start-ups with."""

from __future__ import annotations

import threading

from harness import announce, arguments

if __name__ == "__main__":
    arguments()
    announce(0)
    threading.Event().wait()
