# Readables of every kind, used at random: the same numbers choose the same steps in both languages.
# rows: N18 N11

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def chooser(state):
    """A function that chooses one of its arguments, each time in its own way."""

    def choose(*values):
        nonlocal state
        state = state * 16807 % 2147483647
        return values[state // 65536 % len(values)]

    return choose


when = {"now": lambda act: act(), "tick": netuv.next_tick, "turn": netuv.set_immediate}


def make(say, choose):
    letters = 0
    left = choose(0, 2, 4, 6)
    objects = choose(False, False, True)

    def next_chunk(size):
        nonlocal letters
        text = chr(97 + letters % 26) * size
        letters += 1
        return text if objects else text.encode()

    options = {
        "high_water_mark": choose(0, 1, 2, 4, 10),
        "object_mode": objects,
        "auto_destroy": choose(True, True, True, False),
        "emit_close": choose(True, True, True, False),
        "encoding": choose(None, None, None, "utf8"),
    }

    def read(size):
        nonlocal left
        say("_read", size)
        left -= 1
        if left < 0:
            stream.push(None)
            return
        count = choose(1, 1, 2)

        def act():
            for _ in range(count):
                say("pushed", stream.push(next_chunk(choose(0, 1, 2, 3, 6))), stream.readable_length)

        when[choose("now", "now", "tick", "turn")](act)
        if choose(*[False] * 30, True):
            raise RuntimeError("no read")

    construct = choose(None, None, None, "now", "tick", "turn")
    if construct is not None:

        def construct_it(callback):
            say("construct")
            when[construct](lambda: callback(choose(None, None, None, RuntimeError("no construct"))))

        options["construct"] = construct_it
    stream = Readable(options, read=read)
    return watch(say, stream, "pause resume end error close"), next_chunk


def step(say, choose, stream, next_chunk, listeners, number):
    what = choose("push", "push", "push", "unshift", "read", "read", "data", "readable", "reader", "off", "pause",
                  "resume", "resume", "end", "destroy", "fail", "encoding")  # fmt: skip
    if what == "push":
        say(what, stream.push(next_chunk(choose(0, 1, 2, 5))))
    elif what == "unshift":
        chunk = next_chunk(choose(0, 1, 3))
        text = stream.readable_encoding and isinstance(chunk, bytes)
        say(what, stream.unshift(chunk.decode() if text else chunk))
    elif what == "read":
        say(what, stream.read(choose(None, None, 0, 1, 2, 9)))
    elif what == "data":
        stream.on("data", listeners["data"])
    elif what == "readable":
        stream.on("readable", listeners["readable"])
    elif what == "reader":
        stream.on("readable", listeners["reader"])
    elif what == "off":
        stream.off("data", listeners["data"])
        stream.off("readable", listeners["readable"])
    elif what == "pause":
        stream.pause()
    elif what == "resume":
        stream.resume()
    elif what == "end":
        if number > 5:
            say(what, stream.push(None))
    elif what == "destroy":
        if number > 10:
            stream.destroy()
    elif what == "fail":
        if number > 10:
            stream.destroy(RuntimeError("given up"))
    elif what == "encoding" and not stream.readable_object_mode:
        stream.set_encoding("utf8")
    say(what, stream.readable_flowing, stream.is_paused(), stream.readable_length, stream.readable,
        stream.readable_did_read, stream.readable_aborted, stream.readable_ended, stream.destroyed,
        stream.errored)  # fmt: skip
    if number < 14:
        when[choose("now", "now", "tick", "turn")](
            lambda: step(say, choose, stream, next_chunk, listeners, number + 1)
        )


def one(number):
    say = lane(str(number).zfill(3))
    choose = chooser(number * 7919)
    stream, next_chunk = make(say, choose)

    def reader():
        say("reader", stream.readable_length)
        for _ in range(3):
            chunk = stream.read()
            if chunk is None:
                break
            say("reads", chunk)

    listeners = {
        "data": lambda data: say("data", data, stream.readable_length),
        "readable": lambda: say("readable", stream.readable_length),
        "reader": reader,
    }
    step(say, choose, stream, next_chunk, listeners, 1)


for number in range(1, 25):
    one(number)

run()
