# Two sockets are readable: each one's ticks run before the other's 'data'.
# rows: N15 S26
# over: tcp unix

from prelude import log, netuv, place, run, where

peers = []
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peers.append(peer)
    if len(peers) == 2:
        server.close()
        for each in peers:
            each.end("x")
    peer.resume()


def listening():
    for _ in range(2):
        client = netuv.connect(where(server))

        @client.on("data")
        def data(chunk):
            log("data")
            netuv.next_tick(lambda: log("tick"))


server.listen(place(), listening)

run()
