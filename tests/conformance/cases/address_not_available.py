# Listening on an address that is not ours.
# rows: S07 S12
# differs: error EADDRNOTAVAIL; listen; 192.0.2.1; null; listen EADDRNOTAVAIL: address not available 192.0.2.1 => error EADDRNOTAVAIL; listen; 192.0.2.1; null; listen EADDRNOTAVAIL: address not available 192.0.2.1 | close

from prelude import describe, log, netuv, run, watch

server = netuv.create_server()
watch(log, server, "listening close")
server.on("error", lambda error: log("error", describe(error)))
server.listen(0, "192.0.2.1")

run()
