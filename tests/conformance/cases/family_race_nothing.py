# An empty answer, and one with no usable address.
# rows: N07 S26

from prelude import lane, netuv, run, watch


def ask(say, answer):
    client = netuv.connect(
        port=1,
        host="somewhere.test",
        lookup=lambda host, options, callback: netuv.set_immediate(callback, None, answer),
    )
    watch(say, client, "lookup connectionAttempt connect error close")


ask(lane("no address"), [{"address": "nonsense", "family": 4}])
ask(lane("no family"), [{"address": "127.0.0.1", "family": 5}])

run()
