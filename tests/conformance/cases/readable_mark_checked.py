# Which high-water marks are taken.
# rows: N18 N14

from prelude import attempt, log

from netuv.stream import Readable

for value in [0, 1, 2**40, -1, 1.5, float("nan"), "many", {}]:
    attempt(log, "mark", lambda value=value: log(Readable(high_water_mark=value).readable_high_water_mark))
log(Readable(high_water_mark=None).readable_high_water_mark)
log(Readable(object_mode=True).readable_high_water_mark)
