# Listeners and callbacks with fewer parameters than there are arguments, and with more.
# rows: N13 S16 S17 S09 S11

from prelude import lane, log, run

from netuv.node import EventEmitter, net, process, setTimeout

emitter = EventEmitter()
emitter.on("newListener", lambda event: log("new", event))
emitter.on("x", lambda: log("none"))
emitter.once("x", lambda a: log("one", a))
emitter.prependListener("x", lambda a, b, c: log("three", a, b, c))


def two(a, b):
    log("two", a, b)


emitter.on("x", two)
emitter.emit("x", 1, 2)
log("again")
emitter.emit("x")
log(emitter.listenerCount("x"), two in emitter.listeners("x"), two in emitter.rawListeners("x"))
emitter.removeListener("x", two)
log(emitter.listenerCount("x"), two in emitter.listeners("x"))


def on_connection(accepted):
    say = lane("server")

    def on_data(chunk, encoding):
        say("data", chunk, encoding)
        accepted.end("bye", lambda: say("ended"))

    accepted.on("data", on_data)
    accepted.on("close", lambda: say("close"))


def on_listening(nothing):
    say = lane("client")

    def on_close():
        say("close")
        server.getConnections(lambda error: say("counted", error))
        server.close(lambda: lane("end")("closed"))

    client = net.connect(server.address().port, "127.0.0.1", lambda nothing: say("connected", nothing))
    client.write("hello", lambda: say("written"))
    client.on("data", lambda: say("data"))
    client.on("end", lambda nothing: say("end", nothing))
    client.on("close", on_close)


server = net.createServer(on_connection)
server.listen(0, "127.0.0.1", on_listening)
setTimeout(lambda a: lane("timer")("one", a), 1, "first", "second")
setTimeout(lambda a, b: lane("timer")("two", a, b), 1, "first")
process.nextTick(lambda: lane("tick")("none"), "first")

run()
