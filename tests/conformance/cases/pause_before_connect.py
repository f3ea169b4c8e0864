# pause() before the connection holds, also against a later 'data' listener.
# rows: S19 S14
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("hello", lambda error: netuv.set_immediate(lambda: server.emit("sent")))
    server.close()


def listening():
    client = netuv.connect(where(server))
    log("same", client.pause() is client, client.is_paused())
    watch(log, client, "connect ready data end close")

    @server.on("sent")
    def sent():
        log("bytes", client.is_paused())
        client.resume()


server.listen(place(), listening)

run()
