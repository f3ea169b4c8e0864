# The destination fails: its 'error' is heard, and it is unpiped.
# rows: S28 N13
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.resume()
    server.close()


def listening():
    source = netuv.connect(where(server))
    destination = netuv.Socket()
    watch(log, destination, "error")
    destination.on("unpipe", lambda source: log("unpipe"))

    @destination.on("close")
    def close(had_error):
        log("close", source.readable_flowing, source.destroyed)
        source.destroy()

    source.pipe(destination)
    destination.destroy(Exception("boom"))


server.listen(place(), listening)

run()
