# Only the first of two errors is reported, once.
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
        client.destroy(Exception("first"))
        client.destroy(Exception("second"))

    client.on("error", lambda error: client.destroy(Exception("third")))


server.listen(place())

run()
