# A TracingChannel: what it publishes of a call, of one that throws, and of a callback.
# rows: N23

from prelude import attempt, log, run

from netuv import diagnostics_channel

tracing = diagnostics_channel.tracing_channel("work")
parts = {
    "start": "start",
    "end": "end",
    "async_start": "asyncStart",
    "async_end": "asyncEnd",
    "error": "error",
}
log(" ".join(getattr(tracing, part).name for part in parts))
subscribers = {}
for part, name in parts.items():

    def subscriber(message, channel, name=name):
        error = message.get("error")
        log(name, " ".join(message), message.get("n"), message.get("result"), error and str(error))

    subscribers[part] = subscriber
log("nobody", tracing.has_subscribers, tracing.trace_sync(lambda a, b: a + b, {}, 1, 2))
tracing.subscribe(subscribers)
log("somebody", tracing.has_subscribers)
log("returned", tracing.trace_sync(lambda a, b: a + b, {"n": 1}, 2, 3))


def fail(*args):
    raise Exception("bad" if not args else "no")


attempt(log, "traceSync", lambda: tracing.trace_sync(fail, {"n": 2}))


def work(x, callback):
    callback(None, x)
    return "value"


def report(error, result):
    log("callback", error and str(error), result)


log("returned", tracing.trace_callback(work, -1, {"n": 3}, 9, report))
tracing.trace_callback(lambda callback: callback(Exception("late")), 0, {"n": 4}, report)
attempt(log, "no callback", lambda: tracing.trace_callback(lambda x: x, -1, {"n": 5}, 8))
attempt(log, "throws", lambda: tracing.trace_callback(fail, -1, {"n": 6}, lambda *args: None))
log(
    "unsubscribed",
    tracing.unsubscribe(subscribers),
    tracing.unsubscribe(subscribers),
    tracing.has_subscribers,
)
tracing.subscribe({"end": subscribers["end"]})
log("one of them", tracing.has_subscribers)
tracing.trace_sync(lambda: 5, {"n": 7})
attempt(log, "no function", lambda: tracing.subscribe({"start": 5}))
attempt(log, "number", lambda: diagnostics_channel.tracing_channel(5))

run()
