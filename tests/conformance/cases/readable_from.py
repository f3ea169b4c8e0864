# Readable.from(): objects one by one, its own mark, the end; str and bytes are one chunk.
# rows: N18

from prelude import attempt, lane, log, netuv, run, watch

from netuv.stream import Readable


def numbers():
    try:
        for i in range(1, 5):
            log("gives", i)
            yield i
    finally:
        log("finally")


source = Readable.from_(numbers())
log("mode", source.readable_object_mode, source.readable_high_water_mark)
watch(log, source, "data end close")
netuv.next_tick(lambda: log("tick"))
sources = {
    "list": ([1, "two", [3]], {}),
    "text": ("text", {}),
    "bytes": (b"bytes", {}),
    "empty": ([], {}),
    "not objects": (["a", "bc"], {"object_mode": False, "high_water_mark": 5}),
}
for name, (iterable, options) in sources.items():
    watch(lane(name), Readable.from_(iterable, **options), "data end close")
attempt(log, "number", lambda: Readable.from_(5))
attempt(log, "null", lambda: Readable.from_(None))

run()
