# refresh() starts a timer anew: pending, and after it ran.
# rows: N15

from prelude import log, netuv, run

runs = 0


def run_timer():
    global runs
    runs += 1
    log("timer", runs)
    if runs == 1:
        log("same", timer.refresh() is timer)


timer = netuv.set_timeout(run_timer, 40)


def refresh():
    timer.refresh()
    netuv.set_timeout(lambda: log("30 ms after refresh", runs), 30)


netuv.set_timeout(refresh, 30)

run()
