# destroySoon() once everything is sent destroys at once.
# rows: N10
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("end", lambda: peer.end())
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish error close")
    client.end("x")

    @client.on("finish")
    def finish():
        client.destroy_soon()
        log("destroyed", client.destroyed)


server.listen(place())

run()
