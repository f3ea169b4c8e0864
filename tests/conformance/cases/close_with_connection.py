# close() with a connection: it lives on, and 'close' comes when it ends.
# rows: S09 S12
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(log, peer, "data end finish close")
    server.close(lambda error: log("server closed", error))
    log("listening", server.listening)

    def counted(error, count):
        log("connections", error, count)
        peer.write("still served")

    server.get_connections(counted)


server.on("close", lambda: log("server close"))


def listening():
    client = netuv.connect(where(server))
    client.once("data", lambda data: client.end("bye"))


server.listen(place(), listening)

run()
