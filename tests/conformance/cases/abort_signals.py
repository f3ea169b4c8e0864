# AbortSignal: reasons, any(), timeout(), and who hears in which order.
# rows: N25 N20

from prelude import attempt, log, netuv, place, run, where

from netuv import AbortController, AbortSignal
from netuv.events import add_abort_listener


def why(signal):
    return str(signal.reason) if isinstance(signal.reason, Exception) else signal.reason


for reason in (None, 5, 0, "", Exception("why")):
    log("aborted", why(AbortSignal.abort(reason)))
late = AbortController()
late.signal.on("abort", lambda: late.abort("again"))
late.abort("first")
late.abort("second")
log("reason", why(late.signal))

a, b = AbortController(), AbortController()
both = AbortSignal.any([a.signal, b.signal])
nested = AbortSignal.any([both, AbortController().signal])
nested.on("abort", lambda: log("nested"))
both.on("abort", lambda: log("both", nested.aborted))
b.signal.on("abort", lambda: log("b", both.aborted, nested.aborted))
add_abort_listener(b.signal, lambda: log("listener"))
taken = add_abort_listener(b.signal, lambda: log("never"))
taken.dispose()
b.abort("B")
a.abort("A")
log("reasons", both.reason, nested.reason)
log("of aborted", AbortSignal.any([AbortController().signal, AbortSignal.abort("one"), both]).reason)
log("of none", AbortSignal.any([]).aborted)
attempt(log, "any of null", lambda: AbortSignal.any(None))
attempt(log, "any of a text", lambda: AbortSignal.any("x"))
attempt(log, "any of a number", lambda: AbortSignal.any([5]))
for delay in (-1, 1.5, float("nan"), 2**32, "5", None):
    attempt(log, "timeout", lambda delay=delay: AbortSignal.timeout(delay))
attempt(log, "no signal", lambda: add_abort_listener({}, print))
attempt(log, "no listener", lambda: add_abort_listener(a.signal, 5))
add_abort_listener(a.signal, lambda: log("already aborted"))
log("end of the program")

server = netuv.create_server(lambda peer: peer.on("error", lambda error: None).resume())


def second(had_error):
    log("close", had_error)
    c = AbortController()
    signal = AbortSignal.any([c.signal, AbortSignal.timeout(60000)])
    client = netuv.connect(where(server, signal=signal))
    client.on("connect", lambda: c.abort("enough"))
    client.on("error", lambda error: log("error", error.code, error.reason))
    client.on("close", lambda had_error: server.close())


def listening():
    client = netuv.connect(where(server, signal=AbortSignal.timeout(20)))
    client.on("error", lambda error: log("error", error.code, str(error), str(error.__cause__)))
    client.on("close", second)


server.listen(place(), listening)

run()
