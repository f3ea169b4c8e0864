# An end that came while nobody listened is told to a 'readable' listener that comes later.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, then):
    say = lane(name)
    source = Readable(read=lambda size: None)
    watch(say, source, "end close")
    source.push(None)

    @netuv.set_immediate
    def later():
        say("later", source.readable_flowing, source.readable_ended)
        then(source, say)


make("readable", lambda source, say: source.on("readable", lambda: say("readable", source.read())))
make("data", lambda source, say: source.on("data", lambda data: say("never")))
make("read", lambda source, say: say("read", source.read()))
make("nobody", lambda source, say: None)

run()
