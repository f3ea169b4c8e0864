# destroy() with data unread: only 'close', and the stream did not end.
# rows: S18 N11
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.resume()
    peer.end("hello")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "end finish error close")

    @client.on("close")
    def close(had_error):
        log("ended", client.readable_ended, client.readable_aborted)

    @client.once("readable")
    def readable():
        log("length", client.readable_length)
        client.destroy()
        log("read", client.read())


server.listen(place(), listening)

run()
