# Room again once a connection has closed.
# rows: N03
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    log("connection")
    peer.resume()
    peer.on("close", lambda had_error: server.emit("room"))


server.max_connections = 1
server.on("drop", lambda data: log("drop"))


def listening():
    def connected():
        second = netuv.connect(where(server))
        second.on("error", lambda error: None)
        second.resume()
        second.on("close", lambda had_error: first.end())

    first = netuv.connect(where(server), connected)
    first.resume()

    @server.once("room")
    def room():
        third = netuv.connect(where(server))
        third.resume()

        @server.once("connection")
        def connection(peer):
            third.end()
            server.close()


server.listen(place(), listening)

run()
