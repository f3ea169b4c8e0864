# The program's body, its ticks, 'listening', an immediate.
# rows: N15 S07
# over: unix

from prelude import log, netuv, place, run

server = netuv.create_server()
netuv.next_tick(lambda: log("tick 1"))


def listening():
    log("listening")
    server.close()
    netuv.next_tick(lambda: log("tick in listening"))


server.listen(place(), listening)
netuv.next_tick(lambda: log("tick 2"))
server.on("close", lambda: log("close"))
netuv.set_immediate(lambda: log("immediate"))
log("body done")

run()
