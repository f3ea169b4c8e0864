# A connection over maxConnections: 'drop' says from where to where, and it is closed.
# rows: N03

from prelude import hide, lane, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    lane("server")("connection")
    peer.resume()
    server.kept = peer


server.max_connections = 1


@server.on("drop")
def drop(data):
    hide(data.remote_port, "CLIENT")
    lane("server")("drop", data.local_address, data.local_port, data.local_family)
    lane("server")("drop", data.remote_address, data.remote_port, data.remote_family)
    server.get_connections(lambda error, count: lane("server")("connections", count))


def listening():
    def connected():
        second = netuv.connect(where(server))
        watch(lane("second"), second, "connect end")
        second.resume()
        second.on("error", lambda error: None)

        @second.on("close")
        def close(had_error):
            first.end()
            server.close()

    first = netuv.connect(where(server), connected)
    first.resume()


server.listen(place(), listening)

run()
