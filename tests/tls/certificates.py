"""Certificates for the tests, made by the command openssl when they are first asked for."""

from __future__ import annotations

import datetime
import subprocess
from functools import cached_property
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
default_crl_days = 30
[any]
commonName = supplied
organizationName = optional
countryName = optional
"""
_AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
_USES = "extendedKeyUsage=serverAuth,clientAuth"


class Pair:
    """A certificate with its key."""

    def __init__(self, cert: Path, key: Path) -> None:
        self.cert_path = cert
        self.key_path = key

    @cached_property
    def cert(self) -> str:
        return self.cert_path.read_text()

    @cached_property
    def key(self) -> str:
        return self.key_path.read_text()

    @cached_property
    def own(self) -> dict[str, str]:
        """Options of a server, or of a client that shows it."""
        return {"cert": self.cert, "key": self.key}


class Certificates:
    """Two authorities, ``ca`` and ``other_ca``, and certificates of theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder))
        (folder / "index.txt").touch()

    def openssl(self, *args: object) -> str:
        command = ["openssl", *map(str, args)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, cwd=self.folder
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _key(self, name: str, kind: str = "ec") -> Path:
        path = self.folder / f"{name}.key"
        how = {"ec": ["EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["RSA"]}[kind]
        self.openssl("genpkey", "-algorithm", *how, "-out", path)
        return path

    def self_signed(self, name: str, *extensions: str, subject: str = "") -> Pair:
        key, cert = self._key(name), self.folder / f"{name}.crt"
        added = [part for each in extensions for part in ("-addext", each)]
        self.openssl(
            *(
                "req",
                "-new",
                "-x509",
                "-config",
                self._config,
                "-key",
                key,
                "-subj",
                subject or f"/CN={name}",
            ),
            *("-days", 30, "-out", cert, *added),
        )
        return Pair(cert, key)

    def signed(
        self,
        name: str,
        by: Pair,
        *extensions: str,
        kind: str = "ec",
        subject: str = "",
        days: tuple[int, int] = (-1, 30),
    ) -> Pair:
        """A certificate that is valid from so many days after now to so many."""
        key, cert, request = self._key(name, kind), self.folder / f"{name}.crt", self.folder / f"{name}.csr"
        added = [part for each in extensions for part in ("-addext", each)]
        subject = subject or f"/C=DE/O=netuv/CN={name}"
        self.openssl(
            *("req", "-new", "-config", self._config, "-key", key, "-subj", subject, "-out", request, *added)
        )
        now = datetime.datetime.now(datetime.timezone.utc)
        start, end = (f"{now + datetime.timedelta(days=each):%Y%m%d%H%M%SZ}" for each in days)
        self.openssl(
            *(
                "ca",
                "-batch",
                "-notext",
                "-preserveDN",
                "-config",
                self._config,
                "-in",
                request,
                "-out",
                cert,
            ),
            *("-cert", by.cert_path, "-keyfile", by.key_path, "-startdate", start, "-enddate", end),
        )
        return Pair(cert, key)

    def leaf(self, name: str, names: str, by: Pair | None = None, **options: object) -> Pair:
        added = ["basicConstraints=CA:FALSE", f"subjectAltName={names}", _USES]
        return self.signed(name, self.ca if by is None else by, *added, **options)  # type: ignore[arg-type]

    @cached_property
    def ca(self) -> Pair:
        return self.self_signed("ca", *_AUTHORITY, subject="/CN=netuv test CA")

    @cached_property
    def other_ca(self) -> Pair:
        return self.self_signed("other_ca", *_AUTHORITY, subject="/CN=other CA")

    @cached_property
    def server(self) -> Pair:
        return self.leaf("server", "DNS:localhost,IP:127.0.0.1")

    @cached_property
    def rsa(self) -> Pair:
        return self.leaf("rsa", "DNS:localhost,IP:127.0.0.1", kind="rsa")

    @cached_property
    def elsewhere(self) -> Pair:
        """For other names."""
        return self.leaf("elsewhere", "DNS:other.example,DNS:*.wild.example")

    @cached_property
    def client(self) -> Pair:
        return self.leaf("client", "DNS:client")

    @cached_property
    def stranger(self) -> Pair:
        """Of the other authority."""
        return self.leaf("stranger", "DNS:localhost", self.other_ca)

    @cached_property
    def alone(self) -> Pair:
        """Signed by itself."""
        return self.self_signed("alone", "subjectAltName=DNS:localhost", subject="/CN=localhost")

    @cached_property
    def expired(self) -> Pair:
        return self.leaf("expired", "DNS:localhost", days=(-100, -10))

    @cached_property
    def future(self) -> Pair:
        return self.leaf("future", "DNS:localhost", days=(10, 100))

    @cached_property
    def expired_stranger(self) -> Pair:
        return self.leaf("expired_stranger", "DNS:localhost", self.other_ca, days=(-100, -10))

    @cached_property
    def wrong_purpose(self) -> Pair:
        added = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:localhost", "extendedKeyUsage=clientAuth"]
        return self.signed("wrong_purpose", self.ca, *added)

    @cached_property
    def intermediate(self) -> Pair:
        return self.signed("intermediate", self.other_ca, *_AUTHORITY)

    @cached_property
    def chained(self) -> Pair:
        """Of an intermediate authority, which it brings along."""
        made = self.leaf("chained", "DNS:localhost", self.intermediate)
        whole = self.folder / "whole_chain.crt"
        whole.write_text(made.cert + self.intermediate.cert)
        return Pair(whole, made.key_path)

    @cached_property
    def crl(self) -> str:
        """The list of the first authority, with nothing on it."""
        path = self.folder / "crl.pem"
        self.openssl(
            *("ca", "-gencrl", "-config", self._config, "-cert", self.ca.cert_path),
            *("-keyfile", self.ca.key_path, "-out", path),
        )
        return path.read_text()

    @cached_property
    def revoked(self) -> Pair:
        return self.leaf("revoked", "DNS:localhost,IP:127.0.0.1")

    @cached_property
    def revoking_crl(self) -> str:
        """The list of the first authority, with ``revoked`` on it."""
        path = self.folder / "revoked.pem"
        of_ca = ["-config", self._config, "-cert", self.ca.cert_path, "-keyfile", self.ca.key_path]
        self.openssl("ca", "-revoke", self.revoked.cert_path, *of_ca)
        self.openssl("ca", "-gencrl", *of_ca, "-out", path)
        return path.read_text()

    @cached_property
    def encrypted_key(self) -> str:
        """The server's key, under the passphrase 'secret'."""
        path = self.folder / "encrypted.key"
        self.openssl(
            *("pkcs8", "-topk8", "-in", self.server.key_path, "-passout", "pass:secret", "-out", path)
        )
        return path.read_text()

    def make_all(self) -> None:
        """All of them, as files: ``ca.crt``, ``server.key`` and so on."""
        for name in [name for name, made in vars(Certificates).items() if isinstance(made, cached_property)]:
            getattr(self, name)
