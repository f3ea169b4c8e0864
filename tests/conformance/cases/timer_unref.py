# An unref'd timer does not keep the program alive; ref() takes it back.
# rows: N15 N04

from prelude import log, netuv, run

never = netuv.set_timeout(lambda: log("never"), 20000)
log("same", never.unref() is never, never.has_ref())
again = netuv.set_timeout(lambda: log("again"), 5).unref()
log("same", again.ref() is again, again.has_ref())
immediate = netuv.set_immediate(lambda: log("never"))
log("immediate", immediate.unref() is immediate, immediate.has_ref())
immediate.ref()
netuv.clear_immediate(immediate)
netuv.set_interval(lambda: log("never"), 20000).unref()

run()
