# There is no reset on a Unix socket.
# rows: N10
# over: unix

from prelude import attempt, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect error close")

    @client.on("connect")
    def connect():
        attempt(log, "reset", lambda: client.reset_and_destroy())
        log("destroyed", client.destroyed)
        client.destroy()


server.listen(place())

run()
