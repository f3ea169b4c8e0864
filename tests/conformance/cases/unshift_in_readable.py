# unshift() after read(): the next read() finds those bytes first.
# rows: N11
# over: tcp unix

from prelude import called, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end("header body")
    server.close()


def listening():
    client = netuv.connect(where(server))

    @client.once("readable")
    def readable():
        chunk = client.read()
        log("read", chunk)
        client.unshift(chunk[7:])
        client.unshift(b"new ")
        log("length", client.readable_length)
        log("read", client.read())
        client.resume()

    @client.on("end")
    def end():
        client.on("error", called(log, "error"))
        log("unshift", client.unshift(b"late"))

    watch(log, client, "close")


server.listen(place(), listening)

run()
