# destroy(error) right after end(data).
# rows: N10 S17
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect finish end error close")

    @client.on("connect")
    def connect():
        client.end("bye")
        client.destroy(Exception("boom"))


server.listen(place())

run()
