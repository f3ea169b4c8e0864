# Corked writes leave together at uncork(), and their callbacks come in order.
# rows: N12 S16
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
        log("corked", client.writable_corked)
        client.write("one ", called(log, "first"))
        client.write("two ", called(log, "second"))
        client.write("three", called(log, "third"))
        log("length", client.writable_length, client.bytes_written)

        @netuv.set_immediate
        def immediate():
            log("immediate")
            client.uncork()
            log("corked", client.writable_corked)
            client.end(called(log, "end"))


server.listen(place(), listening)

run()
