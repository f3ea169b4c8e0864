# What a 'connection' listener lets out ends the program.
# rows: S12 N13

from prelude import log, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    raise Exception("boom")


def listening():
    client = netuv.connect(where(server))
    client.on("close", lambda had_error: log("not reached"))


server.listen(place(), listening)

run()
