# Transforms of every kind, used at random: the same numbers choose the same steps in both languages.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


def chooser(state):
    """A function that chooses one of its arguments, each time in its own way."""

    def choose(*values):
        nonlocal state
        state = state * 16807 % 2147483647
        return values[state // 65536 % len(values)]

    return choose


class Problem(Exception):
    pass


when = {
    "now": lambda act: act(),
    "tick": netuv.next_tick,
    "turn": netuv.set_immediate,
}


def make(say, choose):
    def answer(what, callback, *data):
        error = choose(*[False] * 11, True)
        time = choose("now", "now", "tick", "turn")

        def act():
            say(what, "done", error)
            if error:
                callback(Problem(f"no {what}"))
            else:
                callback(None, *data)

        when[time](act)

    def transform(chunk, encoding, callback):
        say("transform", chunk)
        what = choose("same", "same", "pushed", "twice", "none")
        if what == "same":
            answer("transform", callback, chunk)
        elif what == "pushed":
            say("pushed", stream.push(chunk))
            answer("transform", callback)
        elif what == "twice":
            say("pushed", stream.push(chunk))
            answer("transform", callback, chunk)
        else:
            answer("transform", callback)

    def destroy(error, callback):
        say("destroy", error)
        callback(error)

    def flush(callback):
        say("flush")
        answer("flush", callback, choose("rest", None))

    def construct(callback):
        say("construct")
        answer("construct", callback)

    options = {
        "high_water_mark": choose(0, 1, 3, 6),
        "auto_destroy": choose(True, True, True, False),
        "allow_half_open": choose(True, True, False),
        "transform": transform,
        "destroy": destroy,
    }
    if choose(True, False):
        options["flush"] = flush
    if choose(True, False, False, False):
        options["construct"] = construct
    stream = Transform(options)
    watch(say, stream, "drain prefinish finish end error close pause resume")

    def on_readable():
        say("readable", stream.readable_length)
        while (data := stream.read()) is not None:
            say("read", data)

    way = choose("data", "data", "readable", "nobody")
    if way == "data":
        stream.on("data", lambda data: say("data", data))
    elif way == "readable":
        stream.on("readable", on_readable)
    return stream


def step(say, choose, stream, number):
    what = choose(
        *("write", "write", "write", "write", "write", "end"),
        *("pause", "resume", "read", "push", "destroy"),
    )
    if what == "write":
        say("answer", stream.write(f"{number}{choose('', 'xyz')}", called(say, f"called {number}")))
    elif what == "end":
        if number > 5:
            stream.end(choose("last", None))
    elif what == "pause":
        stream.pause()
    elif what == "resume":
        stream.resume()
    elif what == "read":
        say("read", stream.read(choose(None, 1, 2)))
    elif what == "push":
        if number > 8:
            say("pushed", stream.push(choose("mine", "mine", None)))
    elif number > 8:
        stream.destroy(choose(None, Problem("given up")))
    say(
        *(stream.writable_length, stream.readable_length),
        *(stream.writable, stream.readable, stream.destroyed),
    )
    if number < 14:
        when[choose("now", "tick", "turn", "turn")](lambda: step(say, choose, stream, number + 1))


for number in range(1, 41):
    say, choose = lane(f"{number:03}"), chooser(number * 7919)
    step(say, choose, make(say, choose), 1)

run()
