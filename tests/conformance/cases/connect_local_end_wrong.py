# A localAddress that is not ours.
# rows: N08 S26

from prelude import describe, log, netuv, run, watch

client = netuv.connect({"port": 1, "host": "127.0.0.1", "local_address": "192.0.2.1"})
watch(log, client, "connect close")
client.on("error", lambda error: log("error", describe(error)))
log("connecting", client.connecting)

run()
