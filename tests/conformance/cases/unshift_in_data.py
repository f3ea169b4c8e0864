# unshift() in 'data' of a paused socket: the bytes come again, first.
# rows: N11
# over: tcp unix

from prelude import gather, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("header body")
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.once("data")
    def first(data):
        log("first", data)
        client.pause()
        client.unshift(data[7:])
        log("length", client.readable_length)

        @netuv.next_tick
        def tick():
            gather(log, client)
            client.resume()

    watch(log, client, "end close")


server.listen(place(), listening)

run()
