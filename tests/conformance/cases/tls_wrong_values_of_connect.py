# Options of connect() of a wrong type or value.
# rows: T31

from prelude import attempt, log, run
from prelude_tls import own, tls


def say(name, options):
    attempt(log, name, lambda: tls.connect({"port": 1, **options}).on("error", lambda error: None).destroy())


say("key", {"key": 1})
say("cert", {"cert": True})
say("ca", {"ca": 5})
say("passphrase", {**own("server"), "passphrase": 1})
say("ciphers", {"ciphers": 1})
say("ciphers", {"ciphers": "NOSUCH"})
say("minVersion", {"min_version": "TLSv9"})
say("maxVersion", {"max_version": 1})
say("secureProtocol", {"secure_protocol": "nosuch"})
say("secureProtocol", {"secure_protocol": "SSLv3_method"})
say("both", {"secure_protocol": "TLSv1_2_method", "min_version": "TLSv1.2"})
say("ecdhCurve", {"ecdh_curve": 1})
say("ecdhCurve", {"ecdh_curve": "nosuch"})
say("secureContext", {"secure_context": object()})
say("ALPNProtocols", {"alpn_protocols": ["a" * 256]})
say("checkServerIdentity", {"check_server_identity": 1})
say("pskCallback", {"crl": 1})
attempt(log, "nothing", lambda: tls.connect({}))

run()
