# A high-water mark is 0 or a positive integer.
# rows: N18 N14

from prelude import attempt, log, run

from netuv.stream import Duplex, Writable

for mark in (0, 1, 2**40, -1, 1.5, "x", True, None, None):
    attempt(log, mark, lambda mark=mark: log(Writable(high_water_mark=mark).writable_high_water_mark))
    attempt(log, mark, lambda mark=mark: log(Duplex(writable_high_water_mark=mark).writable_high_water_mark))
both = Duplex(high_water_mark=5, writable_high_water_mark=7, writable_object_mode=True)
log(both.writable_high_water_mark, both.writable_object_mode)
objects = Duplex(writable_object_mode=True)
log(objects.writable_high_water_mark, objects.writable_object_mode)

run()
