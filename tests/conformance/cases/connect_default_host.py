# Without a host it is 'localhost', whatever addresses that has.
# rows: S03 S04

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end("hello")
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server)["port"])
    watch(log, client, "connect data end error close")
    client.on("connect", lambda: log("remote", client.remote_address))


server.listen(place(), listening)

run()
