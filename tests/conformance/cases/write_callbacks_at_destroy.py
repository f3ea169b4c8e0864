# Queued writes at destroy(): each callback hears once that the stream is gone.
# rows: S16 S18 N10
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.pause()
    server.close()
    server.on("done", lambda: peer.destroy())


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "drain finish error close")

    @client.on("ready")
    def ready():
        client.write(bytes(32 * 1024 * 1024), called(log, "first"))
        client.write("x", called(log, "second"))
        client.write("y", called(log, "third"))
        client.destroy()
        log("length", client.writable_length > 0)

    client.on("close", lambda had_error: server.emit("done"))


server.listen(place(), listening)

run()
