# wrap(): an emitter that only knows 'data' and 'end' becomes a stream, and is held back.
# rows: N18

from prelude import lane, log, netuv, run, watch

from netuv.stream import Readable


class Old(netuv.EventEmitter):
    def __init__(self, say):
        super().__init__()
        self.say = say

    def pause(self):
        self.say("pause")

    def resume(self):
        self.say("resume")


old = Old(log)
source = Readable(high_water_mark=5)
log("same", source.wrap(old) is source)
watch(log, source, "end close")
old.emit("data", b"abc")
old.emit("data", b"defg")
log("length", source.readable_length)
log("read", source.read())


@netuv.set_immediate
def later():
    source.on("data", lambda data: log("data", data))
    old.emit("data", b"hi")
    old.emit("end")


for event in ["close", "destroy", "error"]:
    say = lane(event)
    emitter = Old(say)
    watch(say, Readable().wrap(emitter), "data end error close").resume()
    emitter.emit(event, *([RuntimeError("old one")] if event == "error" else []))

run()
