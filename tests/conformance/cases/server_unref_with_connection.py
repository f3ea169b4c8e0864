# An unref'd server serves as long as something else keeps the program alive.
# rows: N04
# over: tcp unix

from prelude import gather, log, netuv, place, run, where

server = netuv.create_server(lambda peer: gather(log, peer))
server.unref()


def listening():
    client = netuv.connect(where(server))
    client.resume()
    client.end("hello")


server.listen(place(), listening)
netuv.set_immediate(lambda: netuv.set_immediate(lambda: log("immediates")))

run()
