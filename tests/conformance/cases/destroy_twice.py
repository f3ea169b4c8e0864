# The second destroy() does nothing, also with an error.
# rows: S18 N10
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()
server.on("connection", lambda peer: server.close())


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "error close")

    @client.on("connect")
    def connect():
        log("same", client.destroy() is client)
        log("same", client.destroy(Exception("late")) is client)
        log("errored", client.errored)

    @client.on("close")
    def close(had_error):
        client.destroy()
        client.destroy(Exception("later"))


server.on("connection", lambda peer: peer.resume())
server.listen(place())

run()
