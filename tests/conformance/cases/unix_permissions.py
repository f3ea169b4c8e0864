# readableAll and writableAll open the socket's file to everybody.
# rows: N05
# over: unix

import os

from prelude import log, netuv, run, temp_path

os.umask(0o077)


def mode(path):
    return f"{os.stat(path).st_mode & 0o777:o}"


for options in [{}, {"readable_all": True}, {"writable_all": True}]:
    path = temp_path()
    server = netuv.create_server()
    server.listen({"path": path, **options})
    log("mode", mode(path))
    server.close()

run()
