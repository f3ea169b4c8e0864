# allowHalfOpen and one's own end() first: the peer's FIN closes the socket without more ado.
# rows: S29
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server, allow_half_open=True))
    watch(log, client, "finish end error close")
    client.resume()
    client.end()


server.listen(place(), listening)

run()
