# destroy(error) in the same breath as connect().
# rows: N10 S26
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

server = netuv.create_server()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(log, client, "connect ready error close")
    client.on("close", lambda had_error: server.close())
    client.destroy(Exception("boom"))


server.listen(place())

run()
