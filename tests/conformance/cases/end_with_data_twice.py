# end(data) after end(): the data is refused as a write after end.
# rows: S17 N12 N14
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish error close")

    @client.on("connect")
    def connect():
        client.end("bye", called(log, "first"))
        client.end("again", called(log, "second"))


server.listen(place(), listening)

run()
