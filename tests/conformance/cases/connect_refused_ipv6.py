# The error of a refused IPv6 connection.
# rows: S14 N08

from prelude import describe, log, netuv, run, watch

client = netuv.connect(1, "::1")
watch(log, client, "connect close")
client.on("error", lambda error: log("error", describe(error)))

run()
