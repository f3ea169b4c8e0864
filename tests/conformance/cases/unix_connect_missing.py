# Connecting to a path that does not exist.
# rows: S14 S26
# over: unix

from prelude import describe, log, netuv, run, temp_path, watch

client = netuv.connect(path=temp_path())
watch(log, client, "connect ready end finish close")
client.on("error", lambda error: log("error", describe(error)))
log("connecting", client.connecting)

run()
