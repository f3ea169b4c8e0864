# EADDRINUSE of a Unix path, in full.
# rows: S08 S12
# over: unix
# differs: error EADDRINUSE listen PATH -1 => error EADDRINUSE listen PATH null
# differs: listening false PATH => listening false null
# differs: tick => close | tick
# because: After a ``listen()`` that failed, ``'close'`` follows ``'error'``
# because: ``error.port`` of a failed Unix ``listen()`` is None (-1 in Node), and ``server.address()`` is None once the server is closed

from prelude import called, log, netuv, place, run, watch, where

first = netuv.create_server()


def listening():
    second = netuv.create_server()
    watch(log, second, "listening close")

    @second.on("error")
    def error(error):
        log("error", error, error.syscall, error.address, error.port)
        log("message", str(error))
        log("listening", second.listening, second.address())
        first.close()
        netuv.next_tick(lambda: netuv.next_tick(lambda: log("tick")))

    second.listen(where(first), called(log, "callback"))


first.listen(place(), listening)

run()
