# On a Unix socket 'drop' comes without addresses.
# rows: N03
# over: unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    log("connection")

    @server.on("drop")
    def drop(data):
        log("drop", data)
        server.close()
        peer.destroy()


server.max_connections = 1


def listening():
    for _ in range(2):
        client = netuv.connect(where(server))
        client.on("error", lambda error: None)
        client.resume()


server.listen(place(), listening)

run()
