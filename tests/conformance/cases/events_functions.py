# The functions of the module events, and errorMonitor.
# rows: N20

from prelude import attempt, log, netuv

from netuv import EventEmitter, events
from netuv.events import error_monitor, get_event_listeners, get_max_listeners, listener_count


def f(*args):
    pass


def g(*args):
    pass


x = EventEmitter()
x.on("x", f)
x.once("x", g)
x.on("x", f)
names = ["f" if each is f else "g" for each in get_event_listeners(x, "x")]
log("listeners", names, get_event_listeners(x, "none"))
log(
    "count",
    listener_count(x, "x"),
    x.listener_count("x", f),
    x.listener_count("x", g),
    x.listener_count("y", f),
)
for other in ({}, 5):
    attempt(log, "listeners of something else", lambda other=other: get_event_listeners(other, "x"))
    attempt(log, "count of something else", lambda other=other: listener_count(other, "x"))
    attempt(log, "limit of something else", lambda other=other: get_max_listeners(other))
    attempt(log, "limit for something else", lambda other=other: events.set_max_listeners(5, other))
a, b, signal = EventEmitter(), EventEmitter(), netuv.AbortController().signal
log("limits", get_max_listeners(a), get_max_listeners(signal))
events.set_max_listeners(3, a, signal)
events.set_max_listeners(20)
log("limits", get_max_listeners(a), get_max_listeners(b), get_max_listeners(signal))
log("limits", get_max_listeners(EventEmitter()), get_max_listeners(netuv.AbortController().signal))
for n in (-1, float("nan"), "x"):
    attempt(log, "set", lambda n=n: events.set_max_listeners(n, a))
    attempt(log, "set for all", lambda n=n: events.set_max_listeners(n))
log("limits", get_max_listeners(a), get_max_listeners(b))

x.on(error_monitor, lambda error: log("monitor", str(error)))
try:
    x.emit("error", Exception("one"))
except Exception as error:
    log("thrown", str(error))
x.on("error", lambda error: log("error", str(error)))
log("emit", x.emit("error", Exception("two")))
log("counts", x.listener_count("error"), x.listener_count(error_monitor))
