# An IP address as host: no lookup function, no 'lookup' event.
# rows: S26 N08

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server, lookup=lambda *args: log("looked up")), called(log, "listener"))
    watch(log, client, "lookup connectionAttempt connect end close")
    client.resume()


server.listen(place(), listening)

run()
