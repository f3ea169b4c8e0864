# The destination is destroyed: it is unpiped and the source stops flowing.
# rows: S28 N11
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.resume()
    if server.listener_count("both") == 0:
        server.on("both", lambda: peer.destroy())
    else:
        server.close()


def listening():
    def source_connected():
        def destination_connected():
            source.pipe(destination)
            log("flowing", source.readable_flowing)
            destination.destroy()

        destination = netuv.connect(where(server), destination_connected)
        destination.on("unpipe", lambda source: log("unpipe"))

        @destination.on("close")
        def close(had_error):
            log("close", source.readable_flowing, source.destroyed)
            source.destroy()

    source = netuv.connect(where(server), source_connected)

    @source.on("close")
    def close(had_error):
        log("source close", had_error)
        server.emit("both")


server.listen(place(), listening)

run()
