# A reset that nobody listens for ends the program.
# rows: S26 N13

from prelude import called, log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("data", lambda data: peer.reset_and_destroy())


def listening():
    client = netuv.connect(where(server))
    client.on("close", called(log, "close"))
    client.write("hello")


server.listen(place(), listening)

run()
