# Sixty writes of all sizes, some queued: each callback is called once, in order, with no error.
# rows: S16 N10
# over: tcp unix

from prelude import called, log, netuv, place, run, where

order = []
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("end", lambda: log("received", peer.bytes_read))
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    for i in range(60):
        client.write(bytes((i % 7) ** 7), lambda error, i=i: order.append(-1 if error else i))
    client.end(called(log, "end"))

    @client.on("close")
    def close(had_error):
        log("close", had_error, len(order), order == list(range(60)))


server.listen(place(), listening)

run()
