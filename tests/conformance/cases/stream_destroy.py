# stream.destroy(): an AbortError where nothing else is said and something was still to come.
# rows: N19

from prelude import log, run, see
from netuv import stream


def write(chunk, encoding, callback):
    pass


stream.destroy(None)
readable = see("readable", stream.Readable(read=lambda size: None))
stream.destroy(readable)
stream.destroy(readable, Exception("too late"))
log("destroyed", readable.destroyed)

writable = see("writable", stream.Writable(write=write))
stream.destroy(writable, Exception("boom"))

ended = see("ended", stream.Writable(write=write))
ended.write("x")
ended.end()
stream.destroy(ended)

run()
