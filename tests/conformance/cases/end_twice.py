# A second end(callback) before 'finish' hears the same finish, after it an error.
# rows: S17 N12
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish error close")

    @client.on("connect")
    def connect():
        client.end(called(log, "first"))
        client.end(called(log, "second"))

    client.on("finish", lambda: client.end(called(log, "third")))


server.listen(place(), listening)

run()
