# Which texts are IP addresses, and of which version.
# rows: N01

import json

from prelude import log, netuv, run

texts = [
    "127.0.0.1", "0.0.0.0", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4",
    " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "", "localhost", "::", "::1", "1::", "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::ffff:1.2.3.4", "::1.2.3.256", "fe80::1%eth0", "fe80::1%",
    "FE80::ABCD", "12345::", "g::", "1::2::3", ":::", ":1", "::1/64", "[::1]", "1::2:3:4:5:6:7",
    "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "0x7f.1", "127.1", "١.2.3.4",
]  # fmt: skip
for text in texts:
    quoted = json.dumps(text, ensure_ascii=False)
    log(quoted, netuv.is_ip(text), netuv.is_ipv4(text), netuv.is_ipv6(text))
for value in [None, None, 5, {}]:
    log("no text", netuv.is_ip(value))

run()
