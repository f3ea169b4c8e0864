# An abort signal closes the server; one that was aborted before does so at once.
# rows: N05
# over: tcp unix

from prelude import attempt, lane, log, netuv, place, run, watch

controller = netuv.AbortController()
server = netuv.create_server()
watch(log, server, "listening error close")


def listening():
    log("abort")
    controller.abort()
    log("listening", server.listening)


server.listen(place(signal=controller.signal), listening)
late = netuv.create_server()
watch(lane("late"), late, "listening error close")
late.listen(place(signal=netuv.AbortSignal.abort()))
attempt(log, "no signal", lambda: netuv.create_server().listen(place(signal="x")))

run()
