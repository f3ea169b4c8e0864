# Through a PassThrough, a Transform and a slow Writable.
# rows: N18 N11

from prelude import log, netuv, run, watch

from netuv.stream import PassThrough, Readable, Transform, Writable

words = ["one", "two", "three", "four"]


class Source(Readable):
    def _read(self, size):
        self.push(words.pop(0) if words else None)


def transform(chunk, encoding, callback):
    log("transform", chunk)
    netuv.set_immediate(callback, None, chunk.upper())


def write(chunk, encoding, callback):
    log("write", chunk)
    netuv.set_immediate(callback)


source = Source(high_water_mark=4)
first = PassThrough(high_water_mark=4)
upper = Transform(high_water_mark=4, transform=transform)
sink = Writable(high_water_mark=4, write=write)
streams = {"source": source, "first": first, "upper": upper, "sink": sink}
for name, stream in streams.items():
    watch(lambda *values, name=name: log(name, *values), stream, "finish end close")
log(source.pipe(first).pipe(upper).pipe(sink) is sink)

run()
