# An interval runs until it is cleared, also from inside, with its arguments.
# rows: N15

from prelude import log, netuv, run

count = 0


def tick():
    log("tick", count)


def again(name):
    global count
    count += 1
    log(name, count)
    netuv.next_tick(tick)
    if count == 3:
        netuv.clear_interval(interval)


interval = netuv.set_interval(again, 2, "interval")
log("has ref", interval.has_ref())

run()
