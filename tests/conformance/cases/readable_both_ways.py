# 'readable' and 'data' together: who reads in 'readable' is heard by 'data'; then 'data' alone flows.
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable

chunks = ["one", "two", "three", "four"]
source = Readable(
    read=lambda size: netuv.next_tick(lambda: source.push(chunks.pop(0) if chunks else None)),
)
watch(log, source, "data end close")
log("flowing", source.readable_flowing)


def on_readable():
    log("readable", source.readable_flowing, source.is_paused())
    log("read", source.read())
    if len(chunks) == 2:
        source.off("readable", on_readable)
        netuv.next_tick(lambda: netuv.next_tick(lambda: log("flowing", source.readable_flowing)))


source.on("readable", on_readable)
log("flowing", source.readable_flowing)

run()
