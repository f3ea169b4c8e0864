# Sockets that are unref'd do not keep the program alive, also when they were before connecting.
# rows: N04
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    log("connection", peer.unref() is peer)
    server.close()


server.on("close", lambda: log("not reached"))


def listening():
    client = netuv.connect(where(server))
    client.unref()
    client.on("connect", lambda: log("connect"))
    client.on("data", lambda data: None)


server.listen(place(), listening)

run()
