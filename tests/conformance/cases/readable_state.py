# What a stream says of itself before, while and after it is read, or was destroyed.
# rows: N18 N19

from prelude import lane, run

from netuv.stream import Readable


def tell(say, when, source):
    say(when, "readable", source.readable, "didRead", source.readable_did_read, "aborted", source.readable_aborted,
        "ended", source.readable_ended, "destroyed", source.destroyed, "closed", source.closed, "errored",
        source.errored)  # fmt: skip


def make(name):
    say = lane(name)
    source = Readable(read=lambda size: None)
    tell(say, "new", source)
    for event in ["data", "end", "error", "close"]:
        source.on(event, lambda *args, event=event: tell(say, event, source))
    source.push("data")
    tell(say, "pushed", source)
    return say, source


make("ended")[1].push(None)
say, source = make("destroyed")


@source.once("data")
def data(data):
    source.destroy()
    tell(say, "destroy", source)


failed, other = make("failed")
other.destroy(RuntimeError("failed"))
tell(failed, "destroy", other)

run()
