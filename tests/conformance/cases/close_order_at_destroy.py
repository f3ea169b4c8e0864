# The server's 'close' comes in a tick from the last destroy(), before the socket's own.
# rows: S09 S12 S18
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    server.close()

    @netuv.set_immediate
    def immediate():
        netuv.next_tick(lambda: log("tick before"))
        peer.destroy()
        netuv.next_tick(lambda: log("tick after"))
        server.get_connections(lambda error, count: log("connections", count))

    peer.on("close", lambda had_error: log("socket close"))


server.on("close", lambda: log("server close"))


def listening():
    client = netuv.connect(where(server))
    client.resume()


server.listen(place(), listening)

run()
