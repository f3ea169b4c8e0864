# What is pushed in _read(), in a tick and in a turn of its own, against ticks of the program.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, later):
    say = lane(name)

    class Source(Readable):
        count = 0

        def _read(self, size):
            say("_read")
            later(self.deliver)

        def deliver(self):
            self.count += 1
            say("push", self.push(f"{self.count}" if self.count < 4 else None))
            netuv.next_tick(lambda: say("tick", self.count))

    source = Source(high_water_mark=4)
    watch(say, source, "data readable end close resume")
    source.remove_all_listeners("readable")
    say("main is done")


make("at once", lambda push: push())
make("tick", netuv.next_tick)
make("turn", netuv.set_immediate)

run()
