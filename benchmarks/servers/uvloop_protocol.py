"""uvloop with Protocols: the program written for asyncio, run on its loop, as uvloop's users do."""

from __future__ import annotations

import uvloop
from asyncio_protocol import main
from harness import arguments

if __name__ == "__main__":
    uvloop.run(main(arguments()))
