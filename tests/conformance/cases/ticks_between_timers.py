# Timers due together: each one's ticks run before the next timer.
# rows: N15

import time

from prelude import log, netuv, run

start = time.monotonic()
for name in ["a", "b", "c"]:

    def timer(name=name):
        log("timer", name)
        netuv.next_tick(lambda: log("tick", name))

    netuv.set_timeout(timer, 5)
while time.monotonic() - start < 0.02:
    pass

run()
