# EADDRINUSE is an 'error' event, in full.
# rows: S08 S12
# differs: tick => close | tick
# because: After a ``listen()`` that failed, ``'close'`` follows ``'error'``

from prelude import called, describe, log, netuv, place, run, watch, where

first = netuv.create_server()


def listening():
    second = netuv.create_server()
    watch(log, second, "listening close")

    @second.on("error")
    def error(error):
        log("error", describe(error))
        log("listening", second.listening, second.address())
        first.close()
        netuv.next_tick(lambda: netuv.next_tick(lambda: log("tick")))

    second.listen(where(first), called(log, "callback"))


first.listen(place(), listening)

run()
