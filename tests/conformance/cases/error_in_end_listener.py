# destroy(error) in 'end': the automatic end() does not come, 'error' and 'close' true do.
# rows: S26 N10
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end("bye")
    peer.resume()
    peer.on("error", lambda error: None)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "data end finish error close")
    client.on("end", lambda: client.destroy(Exception("boom")))


server.listen(place(), listening)

run()
