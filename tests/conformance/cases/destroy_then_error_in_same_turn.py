# destroy() first, destroy(error) a moment later: the error comes too late to be reported.
# rows: N10
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "error close")

    @client.on("connect")
    def connect():
        client.destroy()
        netuv.next_tick(lambda: client.destroy(Exception("late")))


server.listen(place())

run()
