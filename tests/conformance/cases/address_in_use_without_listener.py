# EADDRINUSE that nobody listens for ends the program.
# rows: S08 N13

from prelude import netuv, place, run, where

first = netuv.create_server()
first.listen(place(), lambda: netuv.create_server().listen(where(first)))

run()
