# After an exception in a tick the remaining ticks still run, before anything else.
# rows: N15
# differs: uncaught boom | immediate | tick 3 => uncaught boom | tick 3 | immediate
# because: After an exception in a tick the ticks behind it run at once

from prelude import log, netuv, run

loop = netuv.default_loop()
loop.remove_all_listeners("uncaughtException")
loop.on("uncaughtException", lambda error: log("uncaught", error))
netuv.set_immediate(lambda: log("immediate"))
netuv.next_tick(lambda: log("tick 1"))


def second():
    log("tick 2")
    raise Exception("boom")


netuv.next_tick(second)
netuv.next_tick(lambda: log("tick 3"))

run()
