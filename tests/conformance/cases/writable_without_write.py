# Without a _write() or a _writev() there is ERR_METHOD_NOT_IMPLEMENTED; what write() throws in Node is
# an 'error' of the stream in netuv.
# rows: N18
# differs: write throws ERR_METHOD_NOT_IMPLEMENTED => write passes | error ERR_METHOD_NOT_IMPLEMENTED
# because: What a hook of a stream raises is its ``'error'``, and does not come out of ``write()``

from prelude import attempt, log, run, watch

from netuv.stream import Writable


class Forgetful(Writable):
    pass


stream = Forgetful()
watch(log, stream, "error")
attempt(log, "write", lambda: stream.write("x"))

run()
