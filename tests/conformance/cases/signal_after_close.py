# Aborting after 'close' does nothing; what is no signal is refused.
# rows: N08

from prelude import attempt, log, netuv, place, run, watch, where

controller = netuv.AbortController()
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server, signal=controller.signal))
    watch(log, client, "error end close")
    client.resume()

    @client.on("close")
    def close(had_error):
        controller.abort()
        netuv.set_immediate(lambda: log("later", client.errored))


server.listen(place(), listening)
attempt(log, "no signal", lambda: netuv.Socket({"signal": "x"}))

run()
