# No 'drain' when no write answered false.
# rows: S16
# over: tcp unix

from prelude import gather, lane, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "drain finish end close")

    @client.on("ready")
    def ready():
        log("write", client.write("one "))
        log("write", client.write("two"))
        netuv.set_immediate(lambda: client.end())


server.listen(place(), listening)

run()
