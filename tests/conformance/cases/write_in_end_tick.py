# Not half-open: a write two ticks after 'end' comes after the automatic end().
# rows: S29 N10
# over: tcp unix

from prelude import called, describe, log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end("bye")
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "data end finish close")
    client.on("error", lambda error: log("error", describe(error)))

    def late():
        log("ended", client.writable_ended)
        log("write", client.write("late", called(log, "callback")))

    client.on("end", lambda: netuv.next_tick(lambda: netuv.next_tick(late)))


server.listen(place(), listening)

run()
