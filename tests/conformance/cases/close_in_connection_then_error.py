# The last connection is destroyed with an error: its 'error', the server's 'close', its 'close'.
# rows: S12 N10
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    server.close()
    watch(log, peer, "error")
    peer.on("close", lambda had_error: log("socket close", had_error))
    peer.destroy(Exception("boom"))


server.on("close", lambda: log("server close"))


def listening():
    client = netuv.connect(where(server))
    client.on("error", lambda error: None)
    client.resume()


server.listen(place(), listening)

run()
