# Objects on one side, or on both: lines to objects, objects to lines.
# rows: N18

from prelude import lane, run, watch

from netuv.stream import PassThrough, Transform


class Parse(Transform):
    def _transform(self, chunk, encoding, callback):
        for word in chunk.decode().split(" "):
            self.push([word, len(word)])
        callback()


say = lane("parse")
parse = Parse(readable_object_mode=True)
say(parse.readable_object_mode, parse.writable_object_mode)
say(parse.readable_high_water_mark, parse.writable_high_water_mark)
watch(say, parse, "data finish end close")
parse.write("one two")
parse.end("three")


def to_text(chunk, encoding, callback):
    callback(None, "-".join(map(str, chunk)))


say = lane("print")
printer = Transform(writable_object_mode=True, transform=to_text)
say(printer.readable_object_mode, printer.writable_object_mode)
say(printer.readable_high_water_mark, printer.writable_high_water_mark)
says_print = say
watch(say, printer, "data finish end close")
printer.write(["a", 1])
printer.end([2])

say = lane("pass")
passing = PassThrough(object_mode=True)
watch(say, passing, "data finish end close")
for value in (0, "", "text", False, ["x"], b"bytes"):
    passing.write(value)
passing.end()
says_print(passing.readable_object_mode, passing.writable_object_mode)

run()
