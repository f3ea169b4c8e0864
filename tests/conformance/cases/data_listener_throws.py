# A 'data' listener throws and the program goes on: ticks, the next chunk and 'end'.
# rows: N15 S26

from prelude import log, netuv, place, run, watch, where

loop = netuv.default_loop()
loop.remove_all_listeners("uncaughtException")
loop.on("uncaughtException", lambda error: log("uncaught", error))
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.write("one")
    server.on("more", lambda: peer.end("two"))
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.on("data")
    def data(data):
        log("first", data)
        netuv.next_tick(lambda: log("tick"))
        if data == b"one":
            netuv.set_immediate(lambda: server.emit("more"))
            raise Exception("boom")

    watch(log, client, "end error close")


server.listen(place(), listening)

run()
