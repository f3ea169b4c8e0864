# Channels: their subscribers, in order, twice, while a message is published; one that throws.
# rows: N23

from prelude import attempt, called, log, netuv, run

from netuv import diagnostics_channel

netuv.default_loop().remove_all_listeners("uncaughtException")
netuv.default_loop().on("uncaughtException", lambda error: log("uncaught", error))
channel = diagnostics_channel.channel("some channel")
log("same", diagnostics_channel.channel("some channel") is channel, channel.name)
log("nobody", channel.has_subscribers, diagnostics_channel.has_subscribers("some channel"))
attempt(log, "number", lambda: diagnostics_channel.channel(5))
attempt(log, "no function", lambda: channel.subscribe("x"))
channel.publish("unheard")
f = called(log, "f")
g = called(log, "g")
channel.subscribe(f)
diagnostics_channel.subscribe("some channel", g)
channel.subscribe(f)
channel.publish("one")
log("unsubscribed", channel.unsubscribe(f), channel.has_subscribers)
log("unsubscribed", diagnostics_channel.unsubscribe("some channel", f), channel.unsubscribe(f))
channel.publish("two")


def once(message, name):
    log("once", message)
    channel.unsubscribe(once)
    channel.unsubscribe(g)
    channel.subscribe(f)


channel.unsubscribe(g)
channel.subscribe(once)
channel.subscribe(g)
channel.publish("three")
channel.publish("four")
log("unsubscribed", channel.unsubscribe(f), channel.has_subscribers, channel.unsubscribe(5))


def boom(message, name):
    raise Exception("boom")


channel.subscribe(boom)
channel.subscribe(g)
channel.publish("five")
log("published")

run()
