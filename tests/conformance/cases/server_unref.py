# A server that is unref'd does not keep the program alive, also when it was before listen().
# rows: N04
# over: tcp unix

from prelude import log, netuv, place, run

server = netuv.create_server()
log("same", server.unref() is server)


def listening():
    log("listening")
    server.ref()
    server.unref()


server.listen(place(), listening)
netuv.run()
log("exit", server.listening)

run()
