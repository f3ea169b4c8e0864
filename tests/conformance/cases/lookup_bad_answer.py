# A lookup that answers with what is no address, or of the wrong family.
# rows: S26 N08 N14

from prelude import lane, netuv, run, watch


def ask(say, address, family):
    client = netuv.connect(
        port=1,
        host="somewhere.test",
        auto_select_family=False,
        lookup=lambda host, options, callback: netuv.set_immediate(callback, None, address, family),
    )
    watch(say, client, "lookup connect error close")


ask(lane("no address"), "nonsense", 4)
ask(lane("no family"), "127.0.0.1", 5)
ask(lane("nothing"), None, None)

run()
