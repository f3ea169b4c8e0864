# connect() with a signal that was aborted before: Node emits 'close' twice.
# rows: N08 S18
# over: tcp unix
# differs: close null =>
# because: ``connect()`` with a signal that is aborted already emits ``'close'`` once

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


def listening():
    client = netuv.connect(where(server, signal=netuv.AbortSignal.abort()))
    watch(log, client, "connect ready end")
    client.on("error", lambda error: log("error", error.code, str(error)))

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()

    log("destroyed", client.destroyed)


server.listen(place(), listening)

run()
