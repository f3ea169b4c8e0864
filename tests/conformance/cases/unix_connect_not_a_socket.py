# Connecting to an ordinary file.
# rows: S14 S26
# over: unix

from pathlib import Path

from prelude import describe, log, netuv, run, temp_path, watch

path = temp_path()
Path(path).write_text("")
client = netuv.connect(path=path)
watch(log, client, "connect close")
client.on("error", lambda error: log("error", describe(error)))

run()
