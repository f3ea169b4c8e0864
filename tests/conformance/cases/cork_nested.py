# Two cork() need two uncork(); one too many does no harm.
# rows: N12
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
        client.cork()
        client.cork()
        client.write("one ", called(log, "first"))
        client.uncork()
        log("corked", client.writable_corked, client.writable_length)
        client.write("two", called(log, "second"))

        @netuv.set_immediate
        def immediate():
            log("corked", client.writable_corked, client.writable_length)
            client.uncork()
            client.uncork()
            log("corked", client.writable_corked, client.writable_length)
            client.end()


server.listen(place(), listening)

run()
