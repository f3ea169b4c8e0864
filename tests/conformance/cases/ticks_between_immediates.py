# Immediates of one turn: each one's ticks run before the next; new ones wait a turn.
# rows: N15

from prelude import log, netuv, run

for name in ["a", "b"]:

    def immediate(*args):
        log("immediate", *args)
        netuv.next_tick(lambda: log("tick", *args))
        netuv.set_immediate(lambda: log("next turn", *args))

    netuv.set_immediate(immediate, name)

run()
