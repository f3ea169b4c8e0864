# The peer's address after 'close', when nobody asked for it before.
# rows: S24

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server))
    client.resume()

    @client.on("close")
    def close(had_error):
        log("remote", client.remote_address, client.remote_port, client.remote_family)


server.listen(place(), listening)

run()
