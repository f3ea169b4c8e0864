# pauseOnConnect: the accepted socket is paused and reads nothing until resume().
# rows: N06 S01 S19
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server(pause_on_connect=True)


@server.on("connection")
def connection(peer):
    watch(log, peer, "data end close")
    log("paused", peer.is_paused(), peer.readable_flowing, peer.bytes_read)

    @server.on("sent")
    def sent():
        log("resume", peer.bytes_read)
        peer.resume()

    server.close()


def listening():
    client = netuv.connect(where(server))
    client.resume()

    @server.on("connection")
    def connection(peer):
        client.end("hello", lambda error: netuv.set_immediate(lambda: server.emit("sent")))


server.listen(place(), listening)

run()
