# Ticks that add ticks: all run before any timer or immediate.
# rows: N15

from prelude import log, netuv, run

netuv.set_immediate(lambda: log("immediate"))


def tick(*args):
    log("tick 1", *args)

    def third():
        log("tick 3")
        netuv.next_tick(lambda: log("tick 4"))

    netuv.next_tick(third)


netuv.next_tick(tick, "with", "arguments")
netuv.next_tick(lambda: log("tick 2"))
log("main")

run()
