# refresh() of a cleared timer does nothing.
# rows: N15

from prelude import log, netuv, run

timer = netuv.set_timeout(lambda: log("never"), 5)
netuv.clear_timeout(timer)
log("same", timer.refresh() is timer)
netuv.set_timeout(lambda: log("later"), 20)

run()
