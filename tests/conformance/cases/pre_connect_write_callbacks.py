# The first write before the connection hears back inside 'connect', the others after 'ready'.
# rows: S16 S14
# over: tcp unix

from prelude import called, gather, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.on("connect", lambda: log("connect, early listener"))
    client.write("one ", called(log, "first"))
    client.write("two ", called(log, "second"))
    client.write("three", called(log, "third"))
    client.on("connect", lambda: log("connect, late listener"))

    @client.on("ready")
    def ready():
        log("ready")
        client.end(called(log, "end"))

    watch(log, client, "finish end close")


server.listen(place(), listening)

run()
