"""The handshake of a connection, of either side: what is chosen and checked in it, without I/O.

``advance()`` takes what has come and answers whether the handshake is done; what has to be sent is in
``take()`` after each call, also when it has failed. It raises Failed with what the program is to hear of it.

A client looks at the name in the certificate before anything more of its own leaves. In TLS 1.3 that is its
last message, so that a wrong server gets neither a proof of who the client is nor data; in TLS 1.2, where
that has been sent by then, it gets no data. A server reads the ClientHello by itself first, to choose the
context for its name and the protocol. An sni_callback may take its time for that; nothing happens meanwhile
but that more bytes are gathered, up to a limit.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from netuv import errors, misuse
from netuv.address import is_ip
from netuv.tls import certificate, faults, hello, verify
from netuv.tls.context import SecureContext
from netuv.tls.engine import Engine
from netuv.tls.settings import Session, Settings

# A fatal alert, 'no application protocol'. OpenSSL has it, but by way of the stdlib it goes on without one.
_NO_PROTOCOL = b"\x15\x03\x03\x00\x02\x02\x78"
_MOST_AHEAD = 64 * 1024  # bytes that a client may send while an sni_callback thinks


class Failed(Exception):
    """The handshake is over; ``error`` says why."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Handshake:
    """What both sides have, and what is known of the connection when it is done."""

    def __init__(self, settings: Settings, keylog: bool = False) -> None:
        self.settings = settings
        self.keylog = keylog and settings.context.own is None
        self.engine: Engine | None = None
        self.context = settings.context
        self.authorized = False
        self.authorization_error: str | None = None
        self.fault: Exception | None = None  # of the peer's chain, when it was let through
        self.servername: str | bool | None = None
        self.alpn_protocol: str | bool | None = None

    def advance(self, data: bytes = b"") -> bool:
        """Go on with what has come; True when the handshake is done. Raises Failed."""
        raise NotImplementedError

    def take(self) -> bytes:
        """What has to be sent."""
        return self.engine.take() if self.engine is not None else b""

    def take_keylog(self) -> list[bytes]:
        """The secrets that the last step has made, when they are asked for."""
        return self.context.keylog().take() if self.keylog and self.engine is not None else []

    def forget(self) -> None:
        """The connection is closed: nothing more can be asked of it."""
        self.engine = None

    def _step(self, engine: Engine, data: bytes) -> bool:
        try:
            done = engine.step(data)
        except ssl.SSLCertVerificationError as error:
            fault = (error.verify_code, error.verify_message)
            chain = engine.chain()
            failure = faults.from_verify_code(*verify.last_fault(self.context, fault, chain))
            self.authorization_error = failure.code
            raise Failed(failure) from None
        except ssl.SSLError as error:
            raise Failed(faults.from_ssl_error(error)) from None
        if done:
            self.alpn_protocol = engine.ssl.selected_alpn_protocol() or False
        return done


class ClientHandshake(Handshake):
    """Of the side that says hello."""

    def __init__(self, settings: Settings, host: str, keylog: bool = False) -> None:
        """``host`` is the one to look for in the certificate when no servername was given."""
        super().__init__(settings, keylog)
        self.host = settings.servername or host

    def advance(self, data: bytes = b"") -> bool:
        """As of Handshake; the first call says hello."""
        if self.engine is None:
            self.engine = self._begin()
        if not self._step(self.engine, data):
            return False
        self.servername = self.settings.servername or self._name_of_its_own(self.engine) or False
        self._approve(self.engine)
        return True

    def _begin(self) -> Engine:
        settings = self.settings
        kind = self.context.kind(
            server_side=False,
            verify=ssl.CERT_NONE if settings.reject_unauthorized is False else ssl.CERT_REQUIRED,
            protocols=settings.alpn_protocols,
            keylog=self.keylog,
        )
        session = settings.session
        if session is not None and session.context is not kind:
            reason = "is of another context, or of a connection with other options"
            raise Failed(misuse.invalid_arg_value("session", session, reason))
        return Engine(
            kind,
            server_side=False,
            servername=settings.servername or (self.host if kind.check_hostname else None),
            session=session.value if session is not None else None,
        )

    @staticmethod
    def _name_of_its_own(engine: Engine) -> str | None:
        """What an SSLContext of the program's own was given to check, and so has asked for."""
        name = engine.ssl.server_hostname
        return None if name is None or is_ip(name) else name

    def _approve(self, engine: Engine) -> None:
        """Look at the certificate: at its name always, also when a session is taken up anew."""
        settings = self.settings
        failure: Any = None
        enforced = engine.ssl.context.verify_mode != ssl.CERT_NONE
        if not enforced:
            if settings.session is not None and engine.ssl.session_reused:
                failure = settings.session.fault
            else:
                failure = verify.judge(self.context, engine.chain())
            self.fault = failure
        if failure is None:
            try:
                shown = peer_certificate(engine)
            except faults.TLSError as error:
                failure = error
            else:
                failure = settings.check_server_identity(self.host, shown)
        self.authorized = failure is None
        if failure is None:
            return
        self.authorization_error = getattr(failure, "code", None) or str(failure)
        if enforced:
            engine.take()  # our last message is not sent
            if not isinstance(failure, BaseException):
                failure = faults.TLSError(str(failure), code="ERR_TLS_CERT_ALTNAME_INVALID")
            raise Failed(failure)


class ServerHandshake(Handshake):
    """Of the side that answers.

    :param on_chosen: called when an sni_callback has answered later; advance() may go on then.
    """

    def __init__(self, settings: Settings, on_chosen: Callable[[], None], keylog: bool = False) -> None:
        super().__init__(settings, keylog)
        self._on_chosen: Callable[[], None] | None = on_chosen
        self._reader: hello.Reader | None = hello.Reader()
        self._hello: hello.Hello | None = None
        self._protocols = settings.alpn_protocols
        self._alert = b""
        self._waits = False  # for the answer of an sni_callback
        self._in_call = False  # inside that
        self._failure: BaseException | None = None  # that answer was an error

    def take(self) -> bytes:
        """As of Handshake."""
        alert, self._alert = self._alert, b""
        return alert + super().take()

    def forget(self) -> None:
        """As of Handshake."""
        super().forget()
        self._reader = self._on_chosen = None

    def advance(self, data: bytes = b"") -> bool:
        """As of Handshake; without data when an sni_callback has answered."""
        if self._failure is not None:
            raise Failed(self._failure)
        if self._reader is not None:
            if self._hello is None:
                found = self._reader.feed(data)
                if found is None:
                    return False
                self._hello = found
                self._choose(found)
            else:
                self._reader.data += data
            if self._failure is not None:
                raise Failed(self._failure)
            if self._waits:
                if len(self._reader.data) > _MOST_AHEAD:
                    raise Failed(faults.protocol_error("excessive message size"))
                return False
            self.engine = self._begin()
            data, self._reader = bytes(self._reader.data), None
        assert self.engine is not None
        if not self._step(self.engine, data):
            return False
        self._look_at_client(self.engine)
        return True

    def _choose(self, found: hello.Hello) -> None:
        settings = self.settings
        self.servername = found.servername or False
        if settings.alpn_callback is not None and found.protocols:
            self._protocols = self._ask_for_protocol(settings.alpn_callback, found)
        chooses = self._protocols or settings.alpn_callback is not None
        if chooses and found.protocols and not set(self._protocols) & set(found.protocols):
            self._alert = _NO_PROTOCOL
            raise Failed(faults.protocol_error("no application protocol"))
        if settings.sni_callback is not None and found.servername:
            self._waits = self._in_call = True
            try:
                settings.sni_callback(found.servername, self._answer())
            finally:
                self._in_call = False

    def _ask_for_protocol(self, ask: Callable[..., Any], found: hello.Hello) -> tuple[str, ...]:
        answer = ask({"servername": found.servername, "protocols": list(found.protocols)})
        if answer is None:
            return ()
        if answer not in found.protocols:
            raise Failed(faults.invalid_alpn_answer(answer, found.protocols))
        return (answer,)

    def _answer(self) -> Callable[..., None]:
        """What an sni_callback calls: ``answer(error, context)``."""
        called = False

        def answer(error: BaseException | None = None, context: SecureContext | None = None) -> None:
            nonlocal called
            if called:
                self._failure = misuse.multiple_callback()
            elif error is not None:
                self._failure = error
            elif context is not None:
                try:
                    self.context = self.settings.check_context(context)
                except (errors.ArgTypeError, errors.ArgValueError) as wrong:
                    self._failure = wrong
            called, self._waits = True, False
            if not self._in_call and self._on_chosen is not None:
                self._on_chosen()

        return answer

    def _begin(self) -> Engine:
        settings = self.settings
        mode = ssl.CERT_NONE
        if settings.request_cert:
            mode = ssl.CERT_OPTIONAL if settings.reject_unauthorized is False else ssl.CERT_REQUIRED
        kind = self.context.kind(server_side=True, verify=mode, protocols=self._protocols, keylog=self.keylog)
        return Engine(kind, server_side=True)

    def _look_at_client(self, engine: Engine) -> None:
        if engine.ssl.context.verify_mode == ssl.CERT_NONE:
            return
        if engine.certificate():
            self.authorized = True
        else:
            self.authorization_error = "UNABLE_TO_GET_ISSUER_CERT"


# -- what can be asked of a connection -----------------------------------------------------------------


def peer_certificate(engine: Engine, detailed: bool = False) -> dict[str, Any]:
    """The peer's certificate, {} when it has shown none."""
    if detailed:
        chain = engine.chain()
        return certificate.describe_chain(chain) if chain else {}
    der = engine.certificate()
    return certificate.describe(der) if der else {}


def cipher(engine: Engine) -> dict[str, str] | None:
    """Node's ``getCipher()``; None before there is one."""
    found = engine.ssl.cipher()
    if found is None:
        return None
    name, version, _ = found
    return {"name": name, "standardName": _standard_name(name), "version": version}


def _standard_name(name: str) -> str:
    """The RFC's name of a cipher that OpenSSL calls by its own."""
    if name.startswith("TLS_"):
        return name
    parts = name.replace("AES128", "AES_128").replace("AES256", "AES_256").replace("CHACHA20-", "CHACHA20_")
    words = parts.split("-")
    keys = [word for word in words if word in ("ECDHE", "DHE", "RSA", "ECDSA", "DSS", "PSK")]
    rest = [word for word in words if word not in keys]
    if len(rest) == 2 and rest[-1].startswith("SHA") and "GCM" not in rest[0]:
        rest.insert(1, "CBC")
    if rest[-1].endswith("POLY1305"):
        rest.append("SHA256")
    return f"TLS_{'_'.join(keys or ['RSA'])}_WITH_{'_'.join(rest)}"


def session_of(tls: Handshake) -> Session | None:
    """The session of a client's connection, to be taken up anew; None before there is one."""
    engine = tls.engine
    try:
        value = engine.ssl.session if engine is not None else None
    except ValueError:  # during the handshake
        return None
    if engine is None or value is None or not value.id:
        return None
    return Session(value, engine.ssl.context, tls.fault)


def own_certificate(tls: Handshake) -> dict[str, Any]:
    """The first certificate of the own context, {} without one."""
    own = tls.context.certificates
    return certificate.describe(certificate.from_pem(own[0])) if own else {}
