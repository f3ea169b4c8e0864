# What a new server says of itself.
# rows: S01 N03 N06

from prelude import attempt, log, netuv, run

server = netuv.create_server()
log("half open", server.allow_half_open, "paused", server.pause_on_connect)
log("listening", server.listening, server.address())
log("max", server.max_connections)
other = netuv.create_server({"allow_half_open": True, "pause_on_connect": True})
log("half open", other.allow_half_open, "paused", other.pause_on_connect)
attempt(log, "number", lambda: netuv.create_server(5))
attempt(log, "text", lambda: netuv.create_server("8124"))
attempt(log, "without new", lambda: netuv.create_server(None))

run()
