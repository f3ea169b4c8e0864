# What becomes of a str: encoded, by the encoding given or by default, or left alone.
# rows: N18 N14

from prelude import attempt, lane, run, watch

from netuv.stream import Writable


def one(decode_strings, default_encoding):
    say = lane(f"{'true' if decode_strings else 'false'} {default_encoding or 'none'}")

    def write(chunk, encoding, callback):
        say("write", chunk, encoding, stream.writable_length)
        callback()

    stream = Writable(decode_strings=decode_strings, default_encoding=default_encoding, write=write)
    watch(say, stream, "finish error")
    stream.write("616263")
    stream.write("616263", "hex")
    stream.write("616263", "UTF-8")
    stream.write(b"bytes")
    stream.write(bytearray([65, 66]))
    attempt(say, "nonsense", lambda: stream.write("x", "nonsense"))
    attempt(say, "buffer", lambda: stream.write("x", "buffer"))
    attempt(say, "a number", lambda: stream.write(5))
    attempt(say, "null", lambda: stream.write(None))
    attempt(say, "set nonsense", lambda: stream.set_default_encoding("nonsense"))
    say(stream.set_default_encoding("BASE64") is stream)
    stream.write("YWJj")
    stream.end("YWJj", "latin1")


for decode_strings in (True, False):
    for default_encoding in (None, "latin1", "hex"):
        one(decode_strings, default_encoding)
attempt(lane("wrong"), "nonsense", lambda: Writable(default_encoding="nonsense"))

run()
