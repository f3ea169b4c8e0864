# resume() without a 'data' listener reads and forgets; 'end' comes.
# rows: S26 S19
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end(bytes(100000))
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    watch(log, client, "end finish close")
    log("same", client.resume() is client, client.readable_flowing)
    client.on("end", lambda: log("read", client.bytes_read, client.readable_length))


server.listen(place(), listening)

run()
