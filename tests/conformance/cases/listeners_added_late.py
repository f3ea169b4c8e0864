# Listeners added in an immediate after 'connection' miss nothing.
# rows: S26 N11
# over: tcp unix

from prelude import gather, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    def later():
        gather(log, peer)
        watch(log, peer, "end close")

    netuv.set_immediate(later)
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.resume()
    client.end("hello")


server.listen(place(), listening)

run()
