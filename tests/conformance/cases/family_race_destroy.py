# destroy() when the first of two attempts has failed: the second is not tried.
# rows: N07 S18

from prelude import log, netuv, run, watch

answer = [
    {"address": "127.0.0.1", "family": 4},
    {"address": "127.0.0.2", "family": 4},
]
client = netuv.connect(
    port=1,
    host="somewhere.test",
    lookup=lambda host, options, callback: netuv.set_immediate(callback, None, answer),
)
watch(log, client, "connectionAttempt connectionAttemptFailed connect error close")
client.on("connectionAttemptFailed", lambda *args: client.destroy())

run()
