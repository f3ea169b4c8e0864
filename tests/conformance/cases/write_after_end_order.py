# write() after one's own end(): callback, 'error', then 'close' true.
# rows: S16 S17 N14
# over: tcp unix

from prelude import called, describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.on("error", lambda error: None)
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "finish end close")
    client.on("error", lambda error: log("error", describe(error)))

    @client.on("connect")
    def connect():
        client.end("bye", called(log, "end callback"))
        log("write", client.write("more", called(log, "callback")))
        netuv.next_tick(lambda: log("tick"))
        log("destroyed", client.destroyed)


server.listen(place(), listening)

run()
