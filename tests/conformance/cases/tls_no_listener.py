# A certificate that is rejected, and nobody listens to 'error'.
# rows: T33

from prelude import run, where
from prelude_tls import own, serve_one, tls

serve_one(own("alone"), None, lambda server: tls.connect(where(server, servername="localhost")))

run()
