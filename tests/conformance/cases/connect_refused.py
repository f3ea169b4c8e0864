# Nobody listens: one 'error' that says who and where, then 'close' true.
# rows: S14 S26 N08

from prelude import describe, log, netuv, run, watch

client = netuv.connect(port=1, host="127.0.0.1")
watch(log, client, "lookup connect ready end finish close")


@client.on("error")
def error(error):
    log("error", describe(error))
    log("errno", abs(error.errno))
    log("destroyed", client.destroyed, "connecting", client.connecting, "errored", client.errored)


run()
