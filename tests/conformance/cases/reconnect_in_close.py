# connect() again on the same socket, in its 'close'.
# rows: S14 N09
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

count = 0
server = netuv.create_server()


@server.on("connection")
def connection(peer):
    global count
    count += 1
    peer.end(f"greeting {count}")
    peer.resume()
    if count == 2:
        server.close()


def listening():
    client = netuv.Socket()
    watch(log, client, "connect ready data end finish error close")

    @client.once("close")
    def close(had_error):
        log("destroyed", client.destroyed, "pending", client.pending)
        client.connect(where(server))
        log("destroyed", client.destroyed, "connecting", client.connecting)

    client.connect(where(server))


server.listen(place(), listening)

run()
