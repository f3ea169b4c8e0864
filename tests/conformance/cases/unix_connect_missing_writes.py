# Writes before a connection to a missing path: every callback hears the error.
# rows: S14 S16 N10
# over: unix

from prelude import called, log, netuv, run, temp_path, watch

client = netuv.connect(temp_path())
watch(log, client, "connect finish error close")
client.write("one", called(log, "first"))
client.write("two", called(log, "second"))

run()
