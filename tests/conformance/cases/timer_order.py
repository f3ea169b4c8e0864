# Timers in the order of their due times, equal ones in the order they were made.
# rows: N15

import warnings

from prelude import log, netuv, run

netuv.set_timeout(lambda: log("30"), 30)
netuv.set_timeout(lambda: log("10 a"), 10)
netuv.set_timeout(lambda *args: log(*args), 20, "20", "with", "arguments")
netuv.set_timeout(lambda: log("10 b"), 10)
netuv.set_timeout(lambda: log("0 is 1"), 0)
netuv.set_timeout(lambda: log("1"), 1)
warnings.simplefilter("ignore", netuv.timers.TimeoutNegativeWarning)
netuv.set_timeout(lambda: log("negative is 1"), -5)

run()
