# The server's end times out, and ends the connection.
# rows: S20
# over: tcp unix

from prelude import lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    def timeout():
        lane("server")("timeout")
        peer.end("too slow")

    peer.set_timeout(20, timeout)
    peer.resume()
    watch(lane("server"), peer, "end close")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "data end close")


server.listen(place(), listening)

run()
