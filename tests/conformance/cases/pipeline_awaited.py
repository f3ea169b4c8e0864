# pipeline() and finished() to be awaited: what they give, fail with, and leave.
# rows: A11 N19

from prelude import log, netuv, run
from netuv.stream import PassThrough, Readable, Writable
from netuv.stream.promises import finished, pipeline


async def letters():
    yield "a"
    yield "b"


async def fails():
    yield "a"
    raise Exception("boom")


async def join(source):
    return "".join([chunk async for chunk in source])


def sink():
    def write(chunk, encoding, callback):
        netuv.set_immediate(callback, Exception("bad") if chunk == "bad" else None)

    return Writable(object_mode=True, write=write)


def aborted():
    controller = netuv.AbortController()
    netuv.set_timeout(controller.abort, 5)
    return pipeline(PassThrough(), sink(), signal=controller.signal)


async def state():
    return [through.writable_ended, through.destroyed]


through = PassThrough(object_mode=True)
steps = [
    ("value", lambda: pipeline(letters, join)),
    ("no value", lambda: pipeline(letters, sink())),
    ("source fails", lambda: pipeline(fails, join)),
    ("sink fails", lambda: pipeline(["bad", "good"], sink())),
    ("aborted before", lambda: pipeline(letters, join, signal=netuv.AbortSignal.abort())),
    ("aborted", aborted),
    ("left open", lambda: pipeline(letters, through, end=False)),
    ("which is", state),
    ("finished", lambda: finished(sink().end())),
    ("destroyed", lambda: finished(sink().destroy())),
    ("failed", lambda: finished(sink().on("error", lambda error: None).destroy(Exception("no")))),
    ("read", lambda: finished(Readable.from_([1]).resume())),
]


async def main():
    for name, call in steps:
        try:
            log(name, await call())
        except Exception as error:
            log(name, "fails", error)


run(main())
