# getConnections() answers later, counts what is open, also on a server that never listened.
# rows: S11
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    server.get_connections(lambda error, count: log("one", error, count))
    log("asked")

    def counted(error, count):
        log("none", error, count)
        server.close()

    peer.on("close", lambda had_error: server.get_connections(counted))
    peer.end()
    peer.resume()


netuv.create_server().get_connections(lambda error, count: log("never listened", error, count))


def listening():
    def counted(error, count):
        log("start", error, count)
        netuv.connect(where(server)).resume()

    server.get_connections(counted)


server.listen(place(), listening)

run()
