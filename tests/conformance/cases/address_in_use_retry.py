# The retry after EADDRINUSE: wait, close, listen again.
# rows: S08
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

first = netuv.create_server()


def listening():
    target = where(first)
    second = netuv.create_server()
    watch(log, second, "listening error")

    @second.on("error")
    def error(error):
        if error.code != "EADDRINUSE":
            return
        first.close()

        def again():
            second.close()
            second.listen(target)

        netuv.set_timeout(again, 10)

    second.on("listening", lambda: second.close())
    second.listen(target)


first.listen(place(), listening)

run()
