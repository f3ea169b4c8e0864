# destroy() while the name is being looked up: the answer that comes later is dropped.
# rows: S18 N08

from prelude import log, netuv, run, watch

answers = []
client = netuv.connect(
    port=1,
    host="somewhere.test",
    lookup=lambda host, options, callback: answers.append(callback),
    auto_select_family=False,
)
watch(log, client, "lookup connect error")
log("connecting", client.connecting)


@netuv.set_immediate
def destroy():
    client.destroy()
    log("connecting", client.connecting, "destroyed", client.destroyed)
    answers[0](None, "127.0.0.1", 4)
    netuv.set_immediate(lambda: log("later"))


client.on("close", lambda had_error: log("close"))

run()
