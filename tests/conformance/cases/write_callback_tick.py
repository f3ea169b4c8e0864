# A write that succeeds at once still calls back later: between which ticks?
# rows: S16 N15
# over: tcp unix

from prelude import called, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("ready")
    def ready():
        netuv.next_tick(lambda: log("tick before"))
        log("write", client.write("x", called(log, "callback")))
        netuv.next_tick(lambda: log("tick after"))

        @netuv.set_immediate
        def immediate():
            log("immediate")
            client.end()

        log("written", client.bytes_written)


server.listen(place(), listening)

run()
