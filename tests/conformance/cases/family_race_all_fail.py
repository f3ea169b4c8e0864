# All addresses refuse: one error that lists each.
# rows: N07 S26

from prelude import called, describe, log, netuv, run, watch

answer = [
    {"address": "::1", "family": 6},
    {"address": "127.0.0.1", "family": 4},
]
client = netuv.connect(
    port=1,
    host="somewhere.test",
    lookup=lambda host, options, callback: netuv.set_immediate(callback, None, answer),
)
watch(log, client, "lookup connectionAttempt connectionAttemptFailed connect close")
client.write("x", called(log, "callback"))


@client.on("error")
def error(error):
    log("error", error, len(error.errors))
    for each in error.errors:
        log("each", describe(each))


run()
