# A server destroys all its connections: each 'close' once, the server's 'close' before the last.
# rows: S18 S09
# over: tcp unix

from prelude import log, netuv, place, run, where

peers = []
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peers.append(peer)
    peer.resume()
    peer.on("close", lambda had_error: log("socket close"))
    if len(peers) < 3:
        return
    server.close(lambda error: log("server close", error))
    for each in peers:
        each.destroy()
    server.get_connections(lambda error, count: log("connections", count))


def listening():
    for _ in range(3):
        netuv.connect(where(server)).on("error", lambda error: None).resume()


server.listen(place(), listening)

run()
