# The high water marks of a socket: the default, and one's own.
# rows: N06 N11 N12
# over: tcp unix

from prelude import log, netuv, place, run, where

server = netuv.create_server(high_water_mark=1000)


@server.on("connection")
def connection(peer):
    log("accepted", peer.readable_high_water_mark, peer.writable_high_water_mark)
    peer.end()
    peer.resume()
    server.close()


socket = netuv.Socket()
log("default", socket.readable_high_water_mark, socket.writable_high_water_mark)
server.listen(place(), lambda: netuv.connect(where(server)).resume())

run()
