# close() and listen() again in one breath.
# rows: S07 S09
# over: tcp unix

from prelude import called, log, netuv, place, run, watch

server = netuv.create_server()
watch(log, server, "listening error")
server.listen(place(), called(log, "first"))


@server.once("listening")
def listening():
    server.close()
    log("listening", server.listening)
    server.listen(place(), called(log, "second"))
    server.once("listening", lambda: server.close())


run()
