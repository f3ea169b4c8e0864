# A write in a write's callback.
# rows: S16
# over: tcp unix

from prelude import called, gather, lane, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        def first(error):
            log("first")
            client.write("two ", second)

        def second(error):
            log("second")
            client.end("three", called(log, "end"))

        client.write("one ", first)


server.listen(place(), listening)

run()
