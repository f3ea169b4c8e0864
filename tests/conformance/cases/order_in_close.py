# A socket's 'close' against ticks and immediates made where it was destroyed.
# rows: N15 S18

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))

    def immediate():
        netuv.set_immediate(lambda: log("immediate"))
        client.destroy()
        netuv.next_tick(lambda: log("tick"))

        @client.on("close")
        def close(had_error):
            log("close")
            netuv.next_tick(lambda: log("tick in close"))
            netuv.set_immediate(lambda: log("immediate in close"))

    client.on("connect", lambda: netuv.set_immediate(immediate))


server.listen(place(), listening)

run()
