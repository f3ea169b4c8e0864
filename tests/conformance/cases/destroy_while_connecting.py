# destroy() in the same breath as connect().
# rows: S18 S14 N09
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect ready end finish error")

    @client.on("close")
    def close(had_error):
        log("close", had_error, client.connecting, client.destroyed)
        server.close()

    client.destroy()
    log("after", client.connecting, client.destroyed)


server.listen(place())

run()
