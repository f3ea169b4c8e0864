# Writables of every kind, used at random: the same numbers choose the same steps in both languages.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


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
    def answer(what, callback):
        error = choose(False, False, False, False, False, False, False, True)
        time = choose("now", "now", "tick", "turn")

        def act():
            say(what, "done", error)
            callback(Problem(f"no {what}") if error else None)

        when[time](act)

    def write(chunk, encoding, callback):
        say("write", chunk)
        answer("write", callback)

    def destroy(error, callback):
        say("destroy", error)
        callback(error)

    def writev(chunks, callback):
        say("writev", *(each.chunk for each in chunks))
        answer("writev", callback)

    def final(callback):
        say("final")
        answer("final", callback)

    def construct(callback):
        say("construct")
        answer("construct", callback)

    options = {
        "high_water_mark": choose(0, 1, 2, 5),
        "auto_destroy": choose(True, True, True, False),
        "emit_close": choose(True, True, True, False),
        "write": write,
        "destroy": destroy,
    }
    if choose(True, False):
        options["writev"] = writev
    if choose(True, False):
        options["final"] = final
    if choose(True, False, False):
        options["construct"] = construct
    return watch(say, Writable(options), "drain prefinish finish error close")


def step(say, choose, stream, number):
    what = choose(*("write", "write", "write", "write", "empty", "end", "cork", "uncork", "destroy", "fail"))
    if what == "write":
        say("answer", stream.write(f"{number}{choose('', 'x')}", called(say, f"called {number}")))
    elif what == "empty":
        say("answer", stream.write(""))
    elif what == "end":
        if number > 5:
            stream.end(choose("last", None))
    elif what == "cork":
        stream.cork()
    elif what == "uncork":
        stream.uncork()
    elif what == "destroy":
        if number > 8:
            stream.destroy()
    elif number > 8:
        stream.destroy(Problem("given up"))
    say(
        *(stream.writable_length, stream.writable_need_drain),
        *(stream.writable, stream.destroyed, stream.errored),
    )
    if number < 14:
        when[choose("now", "now", "tick", "turn")](lambda: step(say, choose, stream, number + 1))


for number in range(1, 41):
    say, choose = lane(f"{number:03}"), chooser(number * 7919)
    step(say, choose, make(say, choose), 1)

run()
