# The idle timeout runs while the name is looked up.
# rows: S20 N08

from prelude import log, netuv, run, watch

client = netuv.connect(
    port=1,
    host="somewhere.test",
    lookup=lambda host, options, callback: None,
    timeout=20,
)
watch(log, client, "lookup connect error close")
log("timeout", client.timeout, client.connecting)
alive = netuv.set_interval(lambda: None, 1000)
client.on("close", lambda had_error: netuv.clear_interval(alive))


@client.on("timeout")
def timeout():
    log("timeout", client.connecting)
    client.destroy()


run()
