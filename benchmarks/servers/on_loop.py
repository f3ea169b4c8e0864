"""An asyncio program on another event loop: python on_loop.py LOOP PROGRAM KIND LISTEN SIZE [BACKEND].

PROGRAM is a module beside this one, LOOP a key of FACTORIES. The users of these loops do the same:
the program is asyncio's, the loop is not.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable

Factory = Callable[[], asyncio.AbstractEventLoop]


def fastnet_on_asyncio() -> asyncio.AbstractEventLoop:
    import aiofastnet

    return aiofastnet.loop_factory()()


def fastnet_on_uvloop() -> asyncio.AbstractEventLoop:
    import aiofastnet
    import uvloop

    return aiofastnet.loop_factory(uvloop.new_event_loop)()


FACTORIES: dict[str, Factory] = {
    "aiofastnet": fastnet_on_asyncio,
    "aiofastnet-uvloop": fastnet_on_uvloop,
}


def main() -> None:
    name, program = sys.argv[1:3]
    del sys.argv[1:3]
    # uvloop, zuvloop and rloop have the same name for it.
    factory = FACTORIES.get(name) or importlib.import_module(name).new_event_loop
    loop = factory()
    asyncio.set_event_loop(loop)
    server = importlib.import_module(program)
    loop.run_until_complete(server.main(server.arguments()))


if __name__ == "__main__":
    main()
