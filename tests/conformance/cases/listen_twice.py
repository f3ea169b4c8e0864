# listen() while listening is refused at once, and nothing else happens.
# rows: S07 N14
# over: tcp unix

from prelude import attempt, called, log, netuv, place, run, watch

server = netuv.create_server()
watch(log, server, "listening error close")
server.listen(place(), called(log, "first"))


@server.once("listening")
def listening():
    attempt(log, "again", lambda: server.listen(place(), called(log, "second")))
    attempt(log, "bare", lambda: server.listen())
    log("listening", server.listening)
    server.close()


run()
