# Aborting once connected destroys the socket with an AbortError.
# rows: N08 S18
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

controller = netuv.AbortController()
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server, signal=controller.signal))
    watch(log, client, "connect ready end close")
    client.on("error", lambda error: log("error", error.code, str(error)))

    @client.on("ready")
    def ready():
        controller.abort()
        controller.abort()
        log("destroyed", client.destroyed)


server.listen(place(), listening)

run()
