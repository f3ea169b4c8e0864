# destroy() in a 'data' listener: the listeners after it still hear this chunk, then only 'close'.
# rows: S18 S26
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.end("hello")
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))

    @client.on("data")
    def data(data):
        log("first", data)
        client.destroy()

    client.on("data", called(log, "second"))
    watch(log, client, "end finish error close")


server.listen(place())

run()
