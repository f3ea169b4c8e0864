"""Whether a certificate is for the server that was meant: Node's rules.

A name is looked up in the certificate's alternative names, an IP address in the addresses among them, and in
the common name only when there is no DNS name at all. A ``*`` stands for a part of the first label, of three
labels or more.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from typing import Any

from netuv import address, misuse
from netuv.tls import faults


def check_server_identity(hostname: str, cert: Mapping[str, Any]) -> faults.CertificateError | None:
    """None when the certificate is for this host, else what to say. Node's ``tls.checkServerIdentity()``.

    :param hostname: a name or an IP address.
    :param cert: as get_peer_certificate() returns it; ``subject`` and ``subjectaltname`` are looked at.
    :returns: None, or an error with code ERR_TLS_CERT_ALTNAME_INVALID, ``reason``, ``host`` and ``cert``.
    """
    if not isinstance(cert, Mapping):
        raise misuse.invalid_arg_type("cert", "a dict", cert)
    hostname = _without_dot(str(hostname))
    text = cert.get("subjectaltname") or ""
    entries = _split(text)
    names = [entry[len("DNS:") :] for entry in entries if entry.startswith("DNS:")]
    subject = cert.get("subject")
    common = subject.get("CN") if isinstance(subject, Mapping) else None
    if address.is_ip(hostname):
        prefix = "IP Address:"
        ips = [_canonical(entry[len(prefix) :]) for entry in entries if entry.startswith(prefix)]
        if _canonical(hostname) in ips:
            return None
        reason = f"IP: {hostname} is not in the cert's list: {', '.join(ips)}"
    elif names:
        if _any_matches(hostname, names):
            return None
        reason = f"Host: {hostname}. is not in the cert's altnames: {text}"
    elif common:
        commons = common if isinstance(common, list) else [common]
        if _any_matches(hostname, commons):
            return None
        reason = f"Host: {hostname}. is not cert's CN: {','.join(commons)}"
    else:
        reason = "Cert does not contain a DNS name"
    return faults.wrong_name(reason, hostname, dict(cert))


def _split(text: str) -> list[str]:
    """The alternative names; one that could be taken for several is quoted as a JSON string."""
    if '"' not in text:
        return text.split(", ") if text else []
    answer = []
    decode = json.JSONDecoder().raw_decode
    while text:
        kind, colon, rest = text.partition(":")
        if rest.startswith('"'):
            try:
                value, end = decode(rest)
            except ValueError:  # whatever it is, it is no name to trust
                return []
            answer.append(f"{kind}{colon}{value}")
            text = rest[end:].removeprefix(", ")
        else:
            entry, _, text = text.partition(", ")
            answer.append(entry)
    return answer


def _canonical(text: str) -> str:
    return str(ipaddress.ip_address(text)) if address.is_ip(text) and "%" not in text else ""


def _without_dot(name: str) -> str:
    return name.removesuffix(".")


def _labels(name: str) -> list[str]:
    lower = "".join(char.lower() if char.isascii() else char for char in _without_dot(name))
    return lower.split(".")


def _any_matches(hostname: str, patterns: Iterable[str]) -> bool:
    host = _labels(hostname)
    return any(_matches(host, pattern) for pattern in patterns)


def _matches(host: list[str], pattern: str) -> bool:
    labels = _labels(pattern)
    if len(labels) != len(host) or "" in labels or labels[1:] != host[1:]:
        return False
    if not all("\x21" <= char <= "\x7f" for label in labels for char in label):
        return False  # not in ASCII: its spelling is anyone's guess
    first, name = labels[0], host[0]
    prefix, star, suffix = first.partition("*")
    if not star or "xn--" in first:
        return first == name
    return (
        "*" not in suffix
        and len(labels) > 2
        and len(name) >= len(prefix) + len(suffix)
        and name.startswith(prefix)
        and name.endswith(suffix)
    )
