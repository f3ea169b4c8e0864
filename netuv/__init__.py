"""Node's networking for Python: ``net.Server`` and ``net.Socket`` on libuv, through pyuv.

Where things are, from the bottom; each module imports only from above its line:

    uv                       what knows pyuv
    errors, misuse, checks   what is raised, and why; checks of arguments
    emitter, context         EventEmitter; the context variables that its listeners see
    address, blocklist       IP addresses; which of them to keep away
    abort                    AbortController
    loop, stream             the event loop; streams without any I/O
    aio                      asyncio on that loop, and that loop within asyncio
    timers                   set_timeout and friends
    dns, events              lookup; functions that go with EventEmitter and AbortSignal
    diagnostics_channel      named channels, on which net tells of its sockets and servers
    net                      Socket and Server
    testing                  for tests: Sockets over memory, and the stream contract as a check
    node                     Node's own spellings of all this, for line-by-line ports
"""

from netuv._version import __version__
from netuv.abort import AbortController, AbortSignal
from netuv.address import AddressInfo, SocketAddress, is_ip, is_ipv4, is_ipv6
from netuv.blocklist import BlockList
from netuv.dns import (
    get_default_result_order,
    lookup,
    lookup_service,
    set_default_result_order,
)
from netuv.emitter import EventEmitter
from netuv.errors import NetError
from netuv.loop import Loop, default_loop, run
from netuv.net.bound import BoundSocket
from netuv.net.connecting import (
    get_default_auto_select_family,
    get_default_auto_select_family_attempt_timeout,
    set_default_auto_select_family,
    set_default_auto_select_family_attempt_timeout,
)
from netuv.net.server import Server, create_server
from netuv.net.serving import ShutdownReport
from netuv.net.socket import Socket, connect
from netuv.stream.base import set_default_tick
from netuv.timers import (
    clear_immediate,
    clear_interval,
    clear_timeout,
    next_tick,
    set_immediate,
    set_interval,
    set_timeout,
)

create_connection = connect
set_default_tick(next_tick)

__all__ = [
    "AbortController",
    "AbortSignal",
    "AddressInfo",
    "BlockList",
    "BoundSocket",
    "EventEmitter",
    "Loop",
    "NetError",
    "Server",
    "ShutdownReport",
    "Socket",
    "SocketAddress",
    "__version__",
    "clear_immediate",
    "clear_interval",
    "clear_timeout",
    "connect",
    "create_connection",
    "create_server",
    "default_loop",
    "get_default_auto_select_family",
    "get_default_auto_select_family_attempt_timeout",
    "get_default_result_order",
    "is_ip",
    "is_ipv4",
    "is_ipv6",
    "lookup",
    "lookup_service",
    "next_tick",
    "run",
    "set_default_auto_select_family",
    "set_default_auto_select_family_attempt_timeout",
    "set_default_result_order",
    "set_immediate",
    "set_interval",
    "set_timeout",
]
