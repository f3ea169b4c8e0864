# The peer resets the connection in the middle: as the source and as the destination.
# rows: N19
# over: tcp

from prelude import log, netuv, place, run, where
from netuv import stream


def start(way, then):
    def say(*values):
        log(way, *values)

    server = netuv.create_server()
    clients = []

    @server.on("connection")
    def connection(peer):
        server.close()
        peer.on("error", lambda error: say("error", error))
        peer.on("close", lambda had_error: say("close", had_error))

        def done(error):
            say("callback", error, error.syscall, other.destroyed, other.errored)
            netuv.set_immediate(then)

        def write(chunk, encoding, callback):
            say("write", chunk)
            clients[0].reset_and_destroy()
            callback()

        if way == "source":
            other = stream.Writable(write=write)
            stream.pipeline(peer, other, done)
        else:
            other = stream.Readable(read=lambda size: None)
            other.push("x")
            stream.pipeline(other, peer, done)

    def listening():
        client = netuv.connect(where(server))
        clients.append(client)
        client.on("error", lambda error: None)
        if way == "source":
            client.write("x")
        else:
            client.on("data", lambda data: client.reset_and_destroy())

    server.listen(place(), listening)


start("source", lambda: start("destination", lambda: None))

run()
