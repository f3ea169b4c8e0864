# Removing the last 'data' listener keeps the stream flowing: what comes then is lost.
# rows: N11 S26
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.write("one")
    peer.once("data", lambda data: peer.end("two"))
    server.close()


def listening():
    client = netuv.connect(where(server))

    def first(data):
        log("data", data)
        client.off("data", first)
        log("flowing", client.readable_flowing)
        client.write("go on")

    client.on("data", first)
    watch(log, client, "end close")
    client.on("end", lambda: log("read", client.bytes_read))


server.listen(place(), listening)

run()
