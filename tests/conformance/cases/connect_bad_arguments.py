# What connect() refuses at once.
# rows: S03 N08 N14

from prelude import attempt, log, netuv, run

local = {"port": 1, "host": "127.0.0.1"}
name = {"port": 1, "host": "x.test"}
attempt(log, "nothing", lambda: netuv.connect())
attempt(log, "empty options", lambda: netuv.connect({}))
attempt(log, "port 65536", lambda: netuv.connect(65536, "127.0.0.1"))
attempt(log, "port -1", lambda: netuv.connect({"port": -1}))
attempt(log, "port 1.5", lambda: netuv.connect({"port": 1.5}))
attempt(log, "port text", lambda: netuv.connect({"port": "abc"}))
attempt(log, "port boolean", lambda: netuv.connect({"port": True}))
attempt(log, "port list", lambda: netuv.connect({"port": [1]}))
attempt(log, "path", lambda: netuv.connect({"path": 5}))
attempt(log, "host", lambda: netuv.connect({"port": 1, "host": 5}))
attempt(log, "local address", lambda: netuv.connect({**local, "local_address": "x"}))
attempt(log, "local port", lambda: netuv.connect({**local, "local_port": "x"}))
attempt(log, "lookup", lambda: netuv.connect({**name, "lookup": "x"}))
attempt(log, "family select", lambda: netuv.connect({**name, "auto_select_family": "x"}))
attempt(
    log,
    "attempt timeout",
    lambda: netuv.connect({**name, "auto_select_family_attempt_timeout": 0}),
)

run()
