# end() uncorks whatever the depth.
# rows: N12 S17
# over: tcp unix

from prelude import called, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish")

    @client.on("ready")
    def ready():
        client.cork()
        client.cork()
        client.write("one ", called(log, "first"))
        client.end("two", called(log, "end"))
        log("corked", client.writable_corked)


server.listen(place(), listening)

run()
