# The defaults of the race, and what their setters refuse.
# rows: N07 N14

from prelude import attempt, log, netuv, run

log("family", netuv.get_default_auto_select_family())
netuv.set_default_auto_select_family(False)
log("family", netuv.get_default_auto_select_family())
attempt(log, "text", lambda: netuv.set_default_auto_select_family("x"))
log("timeout", netuv.get_default_auto_select_family_attempt_timeout())
netuv.set_default_auto_select_family_attempt_timeout(1)
log("timeout", netuv.get_default_auto_select_family_attempt_timeout())
netuv.set_default_auto_select_family_attempt_timeout(500)
log("timeout", netuv.get_default_auto_select_family_attempt_timeout())
attempt(log, "zero", lambda: netuv.set_default_auto_select_family_attempt_timeout(0))
attempt(log, "fraction", lambda: netuv.set_default_auto_select_family_attempt_timeout(1.5))
attempt(log, "text", lambda: netuv.set_default_auto_select_family_attempt_timeout("x"))

run()
