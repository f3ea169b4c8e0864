# localAddress and localPort choose the end to connect from.
# rows: S03 N08

from prelude import lane, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    lane("server")("from", peer.remote_address)
    peer.end()
    peer.resume()
    server.close()


def listening():
    client = netuv.connect(where(server, local_address="127.0.0.2", local_port=0))
    client.resume()

    @client.on("connect")
    def connect():
        lane("client")("local", client.local_address, client.local_port > 0, client.local_family)


server.listen(place(), listening)

run()
