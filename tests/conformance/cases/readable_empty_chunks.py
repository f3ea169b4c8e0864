# Empty chunks are none, but they answer _read(); in object mode they are objects.
# rows: N18

from prelude import lane, run, watch

from netuv.stream import Readable


def make(name, object_mode):
    say = lane(name)
    chunks = ["", "a", b"", "b", ""]

    class Source(Readable):
        def _read(self, size):
            chunk = chunks.pop(0) if chunks else None
            say("_read gives", chunk)
            say("push", self.push(chunk), self.readable_length)

    source = Source(object_mode=object_mode)
    watch(say, source, "data end close")
    say("unshift", source.unshift(""), source.readable_length)


make("bytes", False)
make("objects", True)

run()
