"""The certificate of the TLS flows, made for each run by the command openssl."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.process import ChildError


def make_pem(directory: Path) -> Path:
    """A file with a certificate (P-256, signed by itself) and its key. Raises ChildError."""
    if shutil.which("openssl") is None:
        raise ChildError("there is no command openssl, which makes the certificate")
    key, certificate, both = (directory / name for name in ("key.pem", "certificate.pem", "both.pem"))
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost"
    done = subprocess.run(
        ["openssl", *words.split(), "-keyout", key, "-out", certificate],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if done.returncode:
        raise ChildError(f"openssl makes no certificate: {done.stderr.strip()[-500:]}")
    both.write_text(key.read_text() + certificate.read_text())
    return both
