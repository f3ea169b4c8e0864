# unshift() works until 'end' was emitted, and is an error from then on.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable

source = Readable(auto_destroy=False, read=lambda size: None)
watch(log, source, "data error close")
source.push("one")
source.push(None)
back = True


@source.on("data")
def data(data):
    global back
    if back:
        log("unshift", source.unshift("back"))
    back = False


@source.on("end")
def end():
    log("end")
    log("unshift", source.unshift("too late"))
    log("push", source.push("too late"))
    log("errored", source.errored, source.destroyed)


run()
