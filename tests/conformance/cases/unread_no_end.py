# A socket that nobody reads hears no 'end' and no 'close' until resume().
# rows: S26 N11
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("hello", lambda error: netuv.set_immediate(lambda: server.emit("sent")))
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "end finish close")

    @server.on("sent")
    def sent():
        log("resume", client.readable_ended, client.destroyed)
        client.on("data", called(log, "data"))


server.listen(place(), listening)

run()
