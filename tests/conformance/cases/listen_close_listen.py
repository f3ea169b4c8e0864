# A server may listen again after 'close'; each callback is called once.
# rows: S07 S09 S12
# over: tcp unix

from prelude import called, log, netuv, place, run, watch

server = netuv.create_server()
watch(log, server, "listening error close")
server.listen(place(), called(log, "first"))
server.once("listening", lambda: server.close())


@server.once("close")
def close():
    server.listen(place(), called(log, "second"))
    server.once("listening", lambda: server.close(lambda error: log("closed", error)))


run()
