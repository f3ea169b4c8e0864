# read(n): as many as asked, null when there are fewer, the rest at the end.
# rows: N11
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("abcdefgh")
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.once("readable")
    def first():
        log("length", client.readable_length)
        log("read 3", client.read(3))
        log("read 0", client.read(0))
        log("read 2", client.read(2))
        log("length", client.readable_length)
        log("read 5", client.read(5))

        @client.on("readable")
        def readable():
            while (chunk := client.read(2)) is not None:
                log("read 2", chunk)

    watch(log, client, "end close")


server.listen(place(), listening)

run()
