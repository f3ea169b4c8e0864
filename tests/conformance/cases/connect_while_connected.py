# connect() on a socket that is connected.
# rows: S14 N10
# over: unix

from prelude import attempt, describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)
    server.once("done", lambda: server.close())


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect ready close")
    client.on("error", lambda error: log("error", describe(error)))

    @client.once("ready")
    def ready():
        attempt(log, "again", lambda: client.connect(where(server)))

    client.on("close", lambda had_error: server.emit("done"))


server.listen(place(), listening)

run()
