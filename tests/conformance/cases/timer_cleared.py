# Cleared timers and immediates do not run, also when cleared by one that is due with them.
# rows: N15

import time

from prelude import lane, log, netuv, run

start = time.monotonic()
netuv.clear_timeout(netuv.set_timeout(lambda: log("never"), 1))
netuv.clear_immediate(netuv.set_immediate(lambda: log("never")))
netuv.clear_interval(netuv.set_interval(lambda: log("never"), 1))


def first():
    log("first")
    netuv.clear_timeout(second)
    netuv.clear_timeout(first_timer)


first_timer = netuv.set_timeout(first, 5)
second = netuv.set_timeout(lambda: log("never"), 5)


def one():
    lane("immediates")("immediate")
    netuv.clear_immediate(two)
    netuv.clear_immediate(one_immediate)


one_immediate = netuv.set_immediate(one)
two = netuv.set_immediate(lambda: log("never"))
netuv.clear_timeout(None)
netuv.clear_timeout(None)
netuv.clear_immediate(None)
while time.monotonic() - start < 0.02:
    pass
netuv.set_timeout(lambda: log("last"), 10)

run()
