"""SecureContext: Node's options for keys, trust and versions, and the ssl.SSLContexts that they make.

Node has one SSL_CTX for all, and sets the protocols of ALPN and whether to verify for each connection. In the
stdlib these belong to the SSLContext, so a SecureContext makes several of these, when they are first asked
for, and keeps them: by side, verification, protocols and whether secrets are logged.

All options are looked at when a SecureContext is made. What the stdlib cannot do is refused, with the reason.
"""

from __future__ import annotations

import functools
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from netuv import checks, misuse
from netuv.tls import faults, pem
from netuv.tls.keylog import KeyLog

OPTIONS = (
    "allow_partial_trust_chain",
    "ca",
    "cert",
    "ciphers",
    "crl",
    "dhparam",
    "ecdh_curve",
    "honor_cipher_order",
    "key",
    "max_version",
    "min_version",
    "passphrase",
    "secure_options",
    "secure_protocol",
    "sigalgs",
    "ssl_context",
    "tickets",
)
#: Options of Node's that cannot be had, and why.
UNAVAILABLE = {
    "certificate_compression": "it cannot compress certificates",
    "client_cert_engine": "it has no engines",
    "enable_trace": "it has no trace",
    "min_dh_size": "it does not tell the size of the peer's key",
    "pfx": "it does not read PKCS #12: `openssl pkcs12 -in FILE -nodes` makes PEM of it",
    "private_key_engine": "it has no engines",
    "private_key_identifier": "it has no engines",
    "psk_callback": "netuv has no keys that are shared beforehand",
    "psk_identity_hint": "netuv has no keys that are shared beforehand",
    "request_ocsp": "it does not pass on OCSP responses",
    "session_id_context": "it makes that of a context itself",
    "session_timeout": "it does not set the lifetime of sessions",
    "ticket_keys": "the keys of tickets are OpenSSL's own",
}

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
DEFAULT_MIN_VERSION = "TLSv1.2"
DEFAULT_MAX_VERSION = "TLSv1.3"
DEFAULT_ECDH_CURVE = "auto"
_SUITES = ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")
_CIPHERS = (
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "DHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "DHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA256",
    "DHE-RSA-AES256-SHA256",
    "HIGH",
    "!aNULL",
    "!eNULL",
    "!EXPORT",
    "!DES",
    "!RC4",
    "!MD5",
    "!PSK",
    "!SRP",
    "!CAMELLIA",
)
#: Node's default.
DEFAULT_CIPHERS = ":".join(_SUITES + _CIPHERS)

_METHODS = {"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1", "TLSv1_2": "TLSv1.2", "TLS": None, "SSLv23": None}
_NIST_CURVES = {"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}
_PARTIAL_CHAIN = 0x80000  # X509_V_FLAG_PARTIAL_CHAIN
_MOST_KINDS = 32  # of SSLContexts that are kept: an alpn_callback may ask for any number


class SecureContext:
    """Keys, certificates and rules, for any number of connections. Node's ``tls.SecureContext``.

    Made by create_secure_context(), which tells of the options.
    """

    __reduce_ex__ = misuse.refuse_copy

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        given = {**({} if options is None else options), **keywords}
        refuse_unavailable(given)
        checks.check_options("SecureContext", given, (*OPTIONS, *UNAVAILABLE))
        wanted = {name: given[name] for name in given if given[name] is not None}
        #: The program's own SSLContext, which is used as it is.
        self.own: ssl.SSLContext | None = _own(wanted)
        self._keylog: KeyLog | None = None
        self._made: OrderedDict[Any, ssl.SSLContext] = OrderedDict()
        self._recipe = _Recipe({} if self.own is not None else wanted)
        if self.own is None:
            self.kind(server_side=bool(self._recipe.pairs))  # what is wrong with the options is raised now

    def kind(
        self,
        *,
        server_side: bool,
        verify: ssl.VerifyMode = ssl.CERT_NONE,
        protocols: tuple[str, ...] = (),
        keylog: bool = False,
    ) -> ssl.SSLContext:
        """The SSLContext for a kind of connection.

        :param protocols: for ALPN, the best first.
        :param keylog: whether the secrets of its connections go to ``keylog()``.
        """
        if self.own is not None:
            return self.own
        key = server_side, verify, protocols, keylog
        made = self._made.get(key)
        if made is None:
            made = self._recipe.make(server_side, verify)
            if protocols:
                made.set_alpn_protocols(list(protocols))
            if keylog:
                made.keylog_filename = self.keylog().path
            self._made[key] = made
            if len(self._made) > _MOST_KINDS:
                self._made.popitem(last=False)
        return made

    def keylog(self) -> KeyLog:
        """Where the secrets of its connections are written to, if at all."""
        if self._keylog is None:
            self._keylog = KeyLog()
        return self._keylog

    def verifier(self, extra_trust: bytes = b"") -> ssl.SSLContext:
        """One that only looks at the chains of servers, and trusts these certificates (DER) as well."""
        made = self._recipe.make(False, ssl.CERT_REQUIRED if self.own is None else ssl.CERT_NONE)
        if self.own is not None:
            made.verify_mode, made.verify_flags = ssl.CERT_REQUIRED, self.own.verify_flags
            trusted = b"".join(self.own.get_ca_certs(binary_form=True))
            if trusted:
                made.load_verify_locations(cadata=trusted)
        if extra_trust:
            made.load_verify_locations(cadata=extra_trust)
            made.verify_flags |= _PARTIAL_CHAIN
        return made

    @property
    def certificates(self) -> list[bytes]:
        """What ``cert`` was given, in PEM: with each certificate comes its chain."""
        return [cert for cert, _, _ in self._recipe.pairs]


def create_secure_context(options: Mapping[str, Any] | None = None, **keywords: Any) -> SecureContext:
    """Make a SecureContext. Node's ``tls.createSecureContext()``.

    The options, as one dict or as keywords; PEM is str or bytes, in memory:

    :param cert: the own certificate with its chain in PEM, or a list of such (RSA and EC, say).
    :param key: the keys, likewise; also ``[{'pem': ..., 'passphrase': ...}]``.
    :param passphrase: str, of the keys.
    :param ca: the certificates to trust, in place of the system's.
    :param crl: lists of what has been revoked, for which each certificate of a chain is then looked up.
    :param min_version, max_version: 'TLSv1', 'TLSv1.1', 'TLSv1.2' (the least by default), 'TLSv1.3'.
    :param secure_protocol: an older way to say it: 'TLSv1_2_method'.
    :param ciphers: OpenSSL's list. Suites of TLS 1.3 (TLS_...) can be chosen from Python 3.15 on.
    :param ecdh_curve: 'auto' or the name of a curve; a list of names from Python 3.15 on.
    :param sigalgs: a list of signature algorithms, from Python 3.15 on.
    :param dhparam: Diffie-Hellman parameters in PEM.
    :param honor_cipher_order: whether a server's order of ciphers counts; True.
    :param secure_options: OpenSSL's SSL_OP_... flags.
    :param allow_partial_trust_chain: whether any certificate of ``ca`` may end a chain.
    :param tickets: how many session tickets a server of TLS 1.3 sends; 2. netuv's own.
    :param ssl_context: an ssl.SSLContext that the program has made, in the place of all of these. Whether to
        verify the peer is its own affair, and so are ALPN and the log of secrets. It gets
        OP_NO_RENEGOTIATION. netuv's own.

    Raises ERR_FEATURE_UNAVAILABLE_ON_PLATFORM for what Python's ssl module cannot do, and says why.
    """
    if options is not None and not isinstance(options, Mapping):
        raise misuse.invalid_arg_type("options", "a dict", options)
    return SecureContext(options, **keywords)


@functools.cache
def root_certificates() -> tuple[str, ...]:
    """The certificates in PEM that are trusted without the option ``ca``: the system's, of a bundle.

    Node's ``rootCertificates``, which is an attribute, and has those that Node itself brings along. What
    OpenSSL finds in a folder, one file for each, is not among them; it reads these when they are needed.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_default_certs()
    return tuple(map(ssl.DER_cert_to_PEM_cert, made.get_ca_certs(binary_form=True)))


def _own(wanted: Mapping[str, Any]) -> ssl.SSLContext | None:
    own = wanted.get("ssl_context")
    if own is None:
        return None
    if not isinstance(own, ssl.SSLContext):
        raise misuse.invalid_arg_type("ssl_context", "an ssl.SSLContext", own)
    for name in wanted:
        if name != "ssl_context":
            raise faults.not_with_ssl_context(name)
    own.options |= ssl.OP_NO_RENEGOTIATION
    return own


def refuse_unavailable(given: Mapping[str, Any]) -> None:
    """Raise for an option of Node's that cannot be had."""
    for name, value in given.items():
        if name in UNAVAILABLE and value is not None:
            raise faults.unavailable(name, UNAVAILABLE[name])


class _Recipe:
    """The options, checked, and how an SSLContext is made of them."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._min, self._max = _version_range(given)
        self._ciphers, self._suites = _ciphers(given.get("ciphers"))
        self._passphrase = given.get("passphrase")
        if not isinstance(self._passphrase, (str, type(None))):
            raise misuse.invalid_arg_type("passphrase", "a str", self._passphrase)
        #: (certificate with its chain, key, passphrase of the key)
        self.pairs = self._pair_up()
        self._ca = [_text_of("ca", each) for each in pem.blocks("ca", given.get("ca", []))]
        self._crl = pem.blocks("crl", given.get("crl", []))
        self._dhparam = _dh_parameters(given.get("dhparam"))
        self._curve = _curve(given.get("ecdh_curve"))
        self._sigalgs = _sigalgs(given.get("sigalgs"))
        self._options = _whole("secure_options", given.get("secure_options", 0))
        self._tickets = _whole("tickets", given["tickets"]) if "tickets" in given else None
        if self._suites and not self._ciphers:
            self._min = ssl.TLSVersion.TLSv1_3

    def _pair_up(self) -> list[tuple[bytes, list[bytes], list[str | None]]]:
        """Each certificate with the keys that may be its own."""
        certs = pem.blocks("cert", self._given.get("cert", []))
        for cert in certs:
            if b"-----BEGIN " not in cert or b"CERTIFICATE-----" not in cert:
                raise faults.unusable("cert", "no start line", "ERR_OSSL_PEM_NO_START_LINE")
        keys: list[bytes] = []
        phrases: list[str | None] = []
        given = self._given.get("key", [])
        for each in given if isinstance(given, (list, tuple)) else [given]:
            phrase = self._passphrase
            if isinstance(each, Mapping):
                checks.check_options("key", each, ("pem", "passphrase"))
                phrase = each.get("passphrase", phrase)
                each = each.get("pem")
            key = pem.block_of("key", each)
            if b"PRIVATE KEY-----" not in key:
                raise faults.unusable("key", "unsupported", "ERR_OSSL_UNSUPPORTED")
            keys.append(key)
            phrases.append(phrase)
        if certs and not keys:
            raise misuse.missing_args("key")
        return [(cert, keys, phrases) for cert in certs]

    def make(self, server_side: bool, verify: ssl.VerifyMode) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        made.check_hostname = False  # check_server_identity() does that, by Node's rules
        made.verify_mode = verify
        made.minimum_version, made.maximum_version = self._min, self._max
        made.options |= ssl.OP_NO_RENEGOTIATION | self._options
        if not self._given.get("honor_cipher_order", True):
            made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        self._choose_algorithms(made)
        if server_side and self._tickets is not None:
            try:
                made.num_tickets = self._tickets
            except ValueError:
                raise misuse.out_of_range("tickets", ">= 0", self._tickets) from None
        self._load_trust(made, verify)
        for cert, keys, phrases in self.pairs:
            _load_pair(made, cert, keys, phrases)
        return made

    def _choose_algorithms(self, made: Any) -> None:
        try:
            if self._ciphers:
                made.set_ciphers(self._ciphers)
            if self._suites:
                made.set_ciphersuites(self._suites)
        except ssl.SSLError:
            raise faults.unusable("ciphers", "no cipher match", "ERR_SSL_NO_CIPHER_MATCH") from None
        try:
            if self._curve is not None:
                (made.set_groups if hasattr(made, "set_groups") else made.set_ecdh_curve)(self._curve)
            if self._dhparam is not None:
                with pem.as_file(self._dhparam) as path:
                    made.load_dh_params(path)
        except (ValueError, ssl.SSLError):
            name = "ecdh_curve" if self._dhparam is None else "ecdh_curve' or 'dhparam"
            raise faults.unusable(name, "OpenSSL refuses it", "ERR_CRYPTO_OPERATION_FAILED") from None
        if self._sigalgs is not None:
            try:
                made.set_server_sigalgs(self._sigalgs)
                made.set_client_sigalgs(self._sigalgs)
            except ssl.SSLError:
                raise misuse.invalid_arg_value("sigalgs", self._sigalgs) from None

    def _load_trust(self, made: ssl.SSLContext, verify: ssl.VerifyMode) -> None:
        try:
            if self._ca:
                made.load_verify_locations(cadata="\n".join(self._ca))
            elif verify != ssl.CERT_NONE:
                made.load_default_certs()
        except ssl.SSLError as error:
            raise faults.unusable("ca", faults.text_of(error), "ERR_OSSL_PEM_NO_START_LINE") from None
        if self._crl:
            try:
                with pem.as_file(b"\n".join(self._crl)) as path:
                    made.load_verify_locations(cafile=path)
            except ssl.SSLError:
                raise faults.unusable("crl", "it cannot be parsed", "ERR_CRYPTO_OPERATION_FAILED") from None
            made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_CRL_CHECK_CHAIN
        if self._given.get("allow_partial_trust_chain"):
            made.verify_flags |= _PARTIAL_CHAIN


def _load_pair(made: ssl.SSLContext, cert: bytes, keys: list[bytes], phrases: list[str | None]) -> None:
    """Load a certificate and the first key that fits it."""
    for key, phrase in zip(keys, phrases, strict=True):
        with pem.as_file(cert + b"\n" + key) as path:
            try:
                if len(keys) > 1:  # beside the certificates that are loaded, a key of theirs would pass
                    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, password=_asker(phrase))
                made.load_cert_chain(path, password=_asker(phrase))
            except ssl.SSLError as error:
                reason = error
            else:
                return
    if "MISMATCH" in (reason.reason or ""):
        text, code = "key values mismatch", "ERR_OSSL_X509_KEY_VALUES_MISMATCH"
    elif b"ENCRYPTED" in keys[-1]:
        text, code = "the passphrase is not that of the key: bad decrypt", "ERR_OSSL_BAD_DECRYPT"
    else:
        text, code = faults.text_of(reason), "ERR_OSSL_UNSUPPORTED"
    raise faults.unusable("cert' or 'key", text, code) from None


def _asker(phrase: str | None) -> Any:
    """What OpenSSL asks for a passphrase; without one it would ask the terminal."""
    return lambda: phrase or ""


def _text_of(name: str, block: bytes) -> str:
    try:
        return block.decode("ascii")
    except UnicodeDecodeError:
        raise faults.unusable(name, "no start line", "ERR_OSSL_PEM_NO_START_LINE") from None


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise misuse.invalid_arg_type(name, "an int", value)
    return int(value)


def _version_range(given: Mapping[str, Any]) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    low, high = given.get("min_version"), given.get("max_version")
    for name, version in ("min_version", low), ("max_version", high):
        if version is not None and (not isinstance(version, str) or version not in VERSIONS):
            raise faults.invalid_version(name, version)
    method = given.get("secure_protocol")
    if method is not None:
        if low is not None or high is not None:
            raise faults.version_conflict(low or high, method)
        low = high = _version_of_method(method)
    low, high = VERSIONS[low or DEFAULT_MIN_VERSION], VERSIONS[high or DEFAULT_MAX_VERSION]
    if low > high:
        raise misuse.invalid_arg_value(
            "min_version", given.get("min_version"), "must not be above max_version"
        )
    return low, high


def _version_of_method(method: Any) -> str | None:
    """That of 'TLSv1_2_method'; None for a name that stands for all."""
    if not isinstance(method, str):
        raise misuse.invalid_arg_type("secure_protocol", "a str", method)
    if method.startswith(("SSLv2_", "SSLv3_")):
        raise faults.invalid_method(f"{method[:5]} methods disabled")
    for side in ("_server", "_client", ""):
        name = method[: -len(f"{side}_method")]
        if method.endswith(f"{side}_method") and name in _METHODS:
            return _METHODS[name]
    raise faults.invalid_method(f"Unknown method: {method}")


def _ciphers(value: Any) -> tuple[str, str]:
    """Those up to TLS 1.2, and the suites of TLS 1.3 where they are to be chosen."""
    if value is None or value == "":
        return ":".join(_CIPHERS), ""
    if not isinstance(value, str):
        raise misuse.invalid_arg_type("ciphers", "a str", value)
    names = value.split(":")
    suites = [name for name in names if name.startswith("TLS_")]
    others = ":".join(name for name in names if not name.startswith("TLS_"))
    if not suites or (set(suites) == set(_SUITES) and others):
        return others, ""  # OpenSSL's own suites, which are these
    if not hasattr(ssl.SSLContext, "set_ciphersuites"):
        raise faults.unavailable("ciphers", "suites of TLS 1.3 can be chosen from Python 3.15 on")
    return others, ":".join(suites)


def _curve(value: Any) -> str | None:
    if value is None or value == "auto":
        return None
    if not isinstance(value, str):
        raise misuse.invalid_arg_type("ecdh_curve", "a str", value)
    if hasattr(ssl.SSLContext, "set_groups"):
        return value
    if ":" in value:
        raise faults.unavailable("ecdh_curve", "several curves can be given from Python 3.15 on")
    return _NIST_CURVES.get(value, value)


def _sigalgs(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise misuse.invalid_arg_type("sigalgs", "a str", value)
    if value == "":
        raise misuse.invalid_arg_value("sigalgs", value)
    if not hasattr(ssl.SSLContext, "set_server_sigalgs"):
        raise faults.unavailable("sigalgs", "they can be chosen from Python 3.15 on")
    return value


def _dh_parameters(value: Any) -> bytes | None:
    if value is None:
        return None
    block = pem.block_of("dhparam", value)
    if block == b"auto":
        raise faults.unavailable("dhparam", "OpenSSL's own parameters cannot be asked for")
    return block


def get_ciphers() -> list[str]:
    """The names of all ciphers that can be used, in lower case. Node's ``tls.getCiphers()``."""
    every = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    every.set_ciphers("ALL:COMPLEMENTOFALL")
    return sorted({each["name"].lower() for each in every.get_ciphers()})


# -- contexts that nobody has asked for by name --------------------------------------------------------

_SHARED: OrderedDict[Any, SecureContext] = OrderedDict()
_MOST_SHARED = 32


def shared_context(options: Mapping[str, Any]) -> SecureContext:
    """A SecureContext for these options, perhaps one that was made before: to make one is slow."""
    try:
        key = tuple(sorted((name, _frozen(value)) for name, value in options.items()))
        made = _SHARED.get(key)
    except TypeError:
        return SecureContext(options)
    if made is None:
        made = _SHARED[key] = SecureContext(options)
        if len(_SHARED) > _MOST_SHARED:
            _SHARED.popitem(last=False)
    else:
        _SHARED.move_to_end(key)
    return made


def _frozen(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return (list, tuple(map(_frozen, value)))
    if isinstance(value, (bytearray, memoryview)):
        return (bytes, bytes(value))
    if isinstance(value, Mapping):
        return (dict, tuple(sorted((name, _frozen(each)) for name, each in value.items())))
    return (type(value), value)
