# Writing nothing: the callback is called all the same, the peer gets no 'data'.
# rows: S16 S17
# over: tcp unix

from prelude import called, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end")
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        log("write", client.write("", called(log, "text")))
        log("write", client.write(b"", called(log, "bytes")))
        client.end("", called(log, "end"))
        log("written", client.bytes_written)


server.listen(place(), listening)

run()
