# write() after destroy(): the callback hears it, nothing else does.
# rows: S16 N10 N14
# over: tcp unix

from prelude import called, describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "drain finish error close")

    @client.on("connect")
    def connect():
        client.destroy()
        log("write", client.write("x", called(log, "callback")))
        client.write("y", lambda error: log("callback", describe(error)))
        log("write", client.write("z"))
        netuv.next_tick(lambda: log("tick"))


server.listen(place(), listening)

run()
