# What write() refuses at once, and that the socket lives on.
# rows: S16 N14
# over: tcp unix

from prelude import attempt, gather, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(log, peer)
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        attempt(log, "number", lambda: client.write(5))
        attempt(log, "null", lambda: client.write(None))
        attempt(log, "boolean", lambda: client.write(True))
        attempt(log, "array", lambda: client.write(["x"]))
        attempt(log, "object", lambda: client.write({}))
        attempt(log, "encoding", lambda: client.write("x", "nonsense"))
        attempt(log, "end", lambda: client.end(5))
        log("destroyed", client.destroyed)
        client.end("still here")


server.listen(place(), listening)

run()
