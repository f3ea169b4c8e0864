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


timer = netuv.set_timeout(run_timer, 200)


def refresh():
    timer.refresh()
    netuv.set_timeout(lambda: log("100 ms after refresh", runs), 100)


netuv.set_timeout(refresh, 150)

run()
