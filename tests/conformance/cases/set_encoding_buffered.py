# setEncoding() after data was read ahead: what is buffered becomes text.
# rows: S27 N11
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("é")
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.once("readable")
    def readable():
        log("length", client.readable_length)
        client.set_encoding("utf8")
        log("length", client.readable_length)
        log("read", client.read())
        client.resume()

    watch(log, client, "end")


server.listen(place(), listening)

run()
