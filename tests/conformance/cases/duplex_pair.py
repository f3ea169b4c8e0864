# duplexPair(): what is written to one end is read at the other; ends, errors and back-pressure.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def heard(name):
    return lambda data: log(name, data)


def written(name):
    return lambda error: log(name)


def both_ways(a, b, then):
    a.on("data", heard("a data"))
    b.on("data", heard("b data"))
    a.write("1", written("written"))
    b.end("2")
    a.end("3")
    netuv.set_timeout(then, 10)


def held_back(a, b, then):
    a.write("1", written("written 1"))
    a.write("2", written("written 2"))

    def first():
        log("read", b.read())
        netuv.set_timeout(second, 5)

    def second():
        log("read", b.read())
        a.destroy()
        netuv.set_timeout(then, 10)

    netuv.set_timeout(first, 5)


def destroyed(a, b, then):
    b.resume()
    a.destroy()

    def later():
        b.destroy()
        netuv.set_timeout(then, 10)

    netuv.set_timeout(later, 10)


def destroyed_with_an_error(a, b, then):
    b.resume()
    a.destroy(Exception("boom"))
    netuv.set_timeout(then, 10)


def an_empty_chunk(a, b, then):
    b.on("data", heard("b data"))
    a.write("", written("written"))
    a.end()
    b.end()
    a.resume()
    netuv.set_timeout(then, 10)


steps = [both_ways, held_back, destroyed, destroyed_with_an_error, an_empty_chunk]


def start():
    if not steps:
        return
    step = steps.pop(0)
    log("--", step.__name__.replace("_", " "))
    a, b = stream.duplex_pair()
    see("a", a)
    see("b", b)
    step(a, b, start)


start()

run()
