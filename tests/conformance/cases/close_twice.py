# close() twice: the second callback hears ERR_SERVER_NOT_RUNNING.
# rows: S09 N14
# over: tcp unix
# differs: second ERR_SERVER_NOT_RUNNING | close => second ERR_SERVER_NOT_RUNNING
# because: ``server.close()`` twice emits ``'close'`` once

from prelude import log, netuv, place, run, watch

server = netuv.create_server()
watch(log, server, "error close")


def listening():
    server.close(lambda error: log("first", error))
    server.close(lambda error: log("second", error))


server.listen(place(), listening)

run()
