# The lookup fails: 'lookup' and 'error' hear it; the writes do too.
# rows: S26 N08

from prelude import called, log, netuv, run, watch


def lookup(host, options, callback):
    error = Exception("no such name")
    error.code = "ENOTFOUND"
    netuv.set_immediate(callback, error)


client = netuv.connect(port=1, host="somewhere.test", lookup=lookup)
watch(log, client, "lookup connect error close")
client.write("one", called(log, "first"))
client.write("two", called(log, "second"))

run()
