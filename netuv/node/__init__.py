"""Node's own spellings, for programs that are ported line by line.

::

    from netuv.node import net, process, run, setTimeout

    server = net.createServer({'allowHalfOpen': True}, lambda c: c.pipe(c))
    server.listen(8124, lambda: print(server.address().port))
    process.on('SIGTERM', lambda: server.close())
    run()

There is one implementation, netuv's. The classes in here are subclasses of netuv's; a class decorator
walks their snake_case members and puts an alias under Node's name beside each (see ``names``). So
``socket.setTimeout`` is ``socket.set_timeout``, ``server.maxConnections = 5`` sets
``server.max_connections``, ``dir()`` shows both, and a name that neither has is an AttributeError.
Options may be spelled either way too, as keywords or as one dict; one that Node does not look at is ignored.
A listener, or any other callback, gets as many arguments as it takes. What a Server of this module accepts,
and ``net.connect()`` returns, are Sockets of this module.

=================================  ==================================================================
name                               is
=================================  ==================================================================
``net``, ``stream``, ``events``,   Node's modules of these names
``timers``, ``dns``,
``diagnostics_channel``
``setTimeout`` …, EventEmitter,    Node's globals
AbortController, ``process``
``run``                            the end of a program, where Node runs its loop by itself
=================================  ==================================================================

What stays Python's: data is ``bytes`` (there is no Buffer; ``data.decode()`` is ``data.toString()``), null
and undefined are None, and README.rst lists the differences in behaviour.
"""

from netuv.errors import NetError
from netuv.node import diagnostics_channel, dns, events, net, stream, timers
from netuv.node.events import AbortController, AbortSignal, EventEmitter
from netuv.node.names import Alias
from netuv.node.proc import process, run
from netuv.node.timers import (
    clearImmediate,
    clearInterval,
    clearTimeout,
    setImmediate,
    setInterval,
    setTimeout,
)

# Errors are netuv's own, so these two names are put on their class.
for _name, _alias in ("local_address", "localAddress"), ("local_port", "localPort"):
    setattr(NetError, _alias, Alias(_name))

__all__ = [
    "AbortController",
    "AbortSignal",
    "EventEmitter",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "diagnostics_channel",
    "dns",
    "events",
    "net",
    "process",
    "run",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "stream",
    "timers",
]
