# What is no function is refused at once.
# rows: N15 N14

from prelude import attempt, log, netuv, run

attempt(log, "timeout", lambda: netuv.set_timeout("x", 1))
attempt(log, "timeout", lambda: netuv.set_timeout(None, 1))
attempt(log, "interval", lambda: netuv.set_interval(5, 1))
attempt(log, "immediate", lambda: netuv.set_immediate(None))
attempt(log, "tick", lambda: netuv.next_tick(None))

run()
