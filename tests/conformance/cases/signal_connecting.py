# Aborting in the same breath as connect().
# rows: N08 S18
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

controller = netuv.AbortController()
server = netuv.create_server()


def listening():
    client = netuv.connect(where(server, signal=controller.signal))
    watch(log, client, "connect ready end error")
    client.write("x", called(log, "callback"))
    controller.abort()
    log("destroyed", client.destroyed, client.connecting)

    @client.on("close")
    def close(had_error):
        log("close", had_error)
        server.close()


server.listen(place(), listening)

run()
