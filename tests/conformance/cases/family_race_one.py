# One address only: a plain connection, a plain error.
# rows: N07 S26

from prelude import describe, log, netuv, run, watch

answer = [{"address": "127.0.0.1", "family": 4}]
client = netuv.connect(
    port=1,
    host="somewhere.test",
    lookup=lambda host, options, callback: netuv.set_immediate(callback, None, answer),
)
watch(log, client, "lookup connectionAttempt connectionAttemptFailed connect close")


@client.on("error")
def error(error):
    log("error", describe(error), getattr(error, "errors", None))
    log("tried", client.auto_select_family_attempted_addresses)


run()
