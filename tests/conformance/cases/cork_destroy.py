# destroy() while corked: the callbacks hear it.
# rows: N12 S18
# over: tcp unix

from prelude import called, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "data end")
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish error close")

    @client.on("ready")
    def ready():
        client.cork()
        client.write("one", called(log, "first"))
        client.write("two", called(log, "second"))
        client.destroy()
        client.uncork()


server.listen(place(), listening)

run()
