# autoDestroy and emitClose switched off: 'end' or 'error', and nothing more by itself.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, **options):
    say = lane(name)

    def destroy(error, callback):
        say("_destroy", error)
        callback(error)

    source = Readable(**options, read=lambda size: None, destroy=destroy)
    watch(say, source, "data end error close")
    netuv.set_immediate(lambda: say("state", source.destroyed, source.closed, source.errored))
    return source


ended = make("ended", auto_destroy=False)
ended.push("data")
ended.push(None)
ended.resume()
failed = make("failed", auto_destroy=False)
failed.push(None)
failed.push("too late")
failed.resume()
quiet = make("quiet", emit_close=False)
quiet.push(None)
quiet.resume()
make("told", emit_close=False).destroy(RuntimeError("told"))

run()
