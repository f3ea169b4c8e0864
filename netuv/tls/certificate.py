"""A certificate as Node shows it, read from its DER.

The stdlib describes only certificates that were verified, and not all that Node tells. So there is a small
reader of DER in here, of no more than certificates need. What it cannot read is a TLSError.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from netuv.tls import faults

_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.17": "postalCode",
    "2.5.4.42": "GN",
    "1.2.840.113549.1.9.1": "emailAddress",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
_CURVES = {
    "1.2.840.10045.3.1.7": ("prime256v1", "P-256", 256),
    "1.3.132.0.34": ("secp384r1", "P-384", 384),
    "1.3.132.0.35": ("secp521r1", "P-521", 521),
    "1.3.132.0.10": ("secp256k1", None, 256),
}
_RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_KEY_USAGE, _ALT_NAMES, _BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.17", "2.5.29.19"
_EXTENDED_KEY_USAGE, _INFO_ACCESS = "2.5.29.37", "1.3.6.1.5.5.7.1.1"
_ACCESS_METHODS = {"1.3.6.1.5.5.7.48.1": "OCSP", "1.3.6.1.5.5.7.48.2": "CA Issuers"}
# Tags.
_BMP_STRING, _UNIVERSAL_STRING, _T61_STRING, _UTC_TIME = 30, 28, 20, 23
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_EMAIL, _DNS, _DIRECTORY, _URI, _IP, _REGISTERED = 0x81, 0x82, 0xA4, 0x86, 0x87, 0x88
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

Item = tuple[int, bytes]  # tag and content


def describe(der: bytes) -> dict[str, Any]:
    """Node's certificate object; a key that Node would give as undefined is not there.

    Raises a TLSError for what is no certificate.
    """
    try:
        return _describe(der)
    except (IndexError, ValueError, KeyError) as error:
        raise faults.bad_certificate(str(error)) from None


def describe_chain(chain: Sequence[bytes]) -> dict[str, Any]:
    """The same of the first, with ``issuerCertificate``: that of the next, and so on.

    At the end of a chain that is complete stands one that is its own issuer, as in Node.
    """
    described = [describe(der) for der in chain]
    for each, issuer in pairwise(described):
        if each["issuer"] == issuer["subject"]:
            each["issuerCertificate"] = issuer
        else:
            break
    for each in described:
        if each["issuer"] == each["subject"]:
            each["issuerCertificate"] = each
    return described[0]


def from_pem(block: bytes) -> bytes:
    """The DER of the first certificate in PEM."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    start = block.index(begin)
    return ssl.PEM_cert_to_DER_cert(block[start : block.index(end, start) + len(end)].decode("ascii"))


# -- DER ---------------------------------------------------------------------------------------------


def _item(data: bytes, at: int) -> tuple[int, bytes, int]:
    """The tag and content of the item at a place, and where the next one is."""
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length that no certificate has")
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > len(data):
        raise ValueError("it is cut off")
    return tag, data[at : at + size], at + size


def _items(data: bytes) -> Iterator[Item]:
    at = 0
    while at < len(data):
        tag, content, at = _item(data, at)
        yield tag, content


def _only(data: bytes) -> bytes:
    """The content of the only item."""
    ((_, content),) = _items(data)
    return content


def _oid(data: bytes) -> str:
    numbers: list[int] = []
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _text(tag: int, data: bytes) -> str:
    codec = {_BMP_STRING: "utf-16-be", _UNIVERSAL_STRING: "utf-32-be", _T61_STRING: "latin-1"}
    return data.decode(codec.get(tag, "utf-8"), "replace")


# -- parts of a certificate --------------------------------------------------------------------------


def _describe(der: bytes) -> dict[str, Any]:
    (_, tbs), *_ = _items(_only(der))
    fields = list(_items(tbs))
    if fields[0][0] == _VERSION:
        del fields[0]
    (_, serial), _, (_, issuer), (_, validity), (_, subject), (_, key), *rest = fields
    (start_tag, start), (end_tag, end) = _items(validity)
    extensions = dict(_extensions(rest))
    names, access = _alt_names(extensions), _info_access(extensions)
    usages = [_oid(each) for _, each in _items(_only(extensions.get(_EXTENDED_KEY_USAGE, b"\x30\0")))]
    return {
        "subject": _name(subject),
        "issuer": _name(issuer),
        **({"subjectaltname": ", ".join(names)} if names else {}),
        **({"infoAccess": access} if access else {}),
        "ca": _is_authority(extensions),
        **_public_key(key),
        "valid_from": _time(start_tag, start),
        "valid_to": _time(end_tag, end),
        "fingerprint": _fingerprint("sha1", der),
        "fingerprint256": _fingerprint("sha256", der),
        "fingerprint512": _fingerprint("sha512", der),
        **({"ext_key_usage": usages} if usages else {}),
        "serialNumber": serial.lstrip(b"\0").hex().upper() or "0",
        "raw": bytes(der),
    }


def _extensions(fields: list[Item]) -> Iterator[tuple[str, bytes]]:
    for tag, data in fields:
        if tag == _EXTENSIONS:
            for _, extension in _items(_only(data)):
                parts = list(_items(extension))
                yield _oid(parts[0][1]), parts[-1][1]


def _name(data: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for key, text in _attributes(data):
        if key not in answer:
            answer[key] = text
        elif isinstance(answer[key], list):
            answer[key].append(text)
        else:
            answer[key] = [answer[key], text]
    return answer


def _attributes(data: bytes) -> Iterator[tuple[str, str]]:
    for _, several in _items(data):
        for _, pair in _items(several):
            (_, oid), (tag, value) = _items(pair)
            yield _NAMES.get(_oid(oid), _oid(oid)), _text(tag, value)


def _alt_names(extensions: dict[str, bytes]) -> list[str]:
    if _ALT_NAMES not in extensions:
        return []
    return [_general_name(tag, data) for tag, data in _items(_only(extensions[_ALT_NAMES]))]


def _general_name(tag: int, data: bytes) -> str:
    if tag == _DNS:
        return "DNS:" + _quoted(data.decode("latin-1"))
    if tag == _IP:
        return "IP Address:" + _address(data)
    if tag == _URI:
        return "URI:" + _quoted(data.decode("latin-1"))
    if tag == _EMAIL:
        return "email:" + _quoted(data.decode("latin-1"))
    if tag == _DIRECTORY:
        pairs = [f"{key}={text}" for key, text in _attributes(_only(data))]
        return "DirName:" + _quoted(",".join(reversed(pairs)))
    if tag == _REGISTERED:
        return "Registered ID:" + _oid(data)
    return "othername:<unsupported>"


def _quoted(name: str) -> str:
    """A name as it is, or as a JSON string where it could be taken for more than one."""
    if all(" " <= char <= "~" and char not in "\"\\,'" for char in name):
        return name
    parts = []
    for char in name:
        if char in '"\\':
            parts.append("\\" + char)
        else:
            parts.append(char if " " <= char <= "~" and char != "," else f"\\u{ord(char):04x}")
    return '"' + "".join(parts) + '"'


def _address(data: bytes) -> str:
    if len(data) == 4:
        return ".".join(map(str, data))
    if len(data) == 16:
        return ":".join(f"{int.from_bytes(data[i : i + 2], 'big'):X}" for i in range(0, 16, 2))
    return "<invalid>"


def _info_access(extensions: dict[str, bytes]) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = {}
    for _, description in _items(_only(extensions.get(_INFO_ACCESS, b"\x30\0"))):
        (_, method), (tag, place) = _items(description)
        kind, _, value = _general_name(tag, place).partition(":")
        oid = _oid(method)
        answer.setdefault(f"{_ACCESS_METHODS.get(oid, oid)} - {kind}", []).append(value)
    return answer


def _is_authority(extensions: dict[str, bytes]) -> bool:
    basic = list(_items(_only(extensions.get(_BASIC_CONSTRAINTS, b"\x30\0"))))
    if not (basic and basic[0][0] == 1 and any(basic[0][1])):
        return False
    usage = _only(extensions.get(_KEY_USAGE, b"\x03\2\2\4"))
    return bool(usage[1] & 4)  # keyCertSign


def _public_key(data: bytes) -> dict[str, Any]:
    (_, algorithm), (_, bits) = _items(data)
    kind, *parameters = _items(algorithm)
    oid = _oid(kind[1])
    if oid == _RSA:
        (_, modulus), (_, exponent) = _items(_only(bits[1:]))
        number = int.from_bytes(modulus, "big")
        return {
            "modulus": f"{number:X}",
            "bits": number.bit_length(),
            "exponent": hex(int.from_bytes(exponent, "big")),
            "pubkey": b"\x30" + _length(len(data)) + data,
        }
    if oid == _EC and parameters:
        asn1, nist, size = _CURVES.get(_oid(parameters[0][1]), (None, None, None))
        named = {"bits": size, "pubkey": bits[1:], "asn1Curve": asn1, "nistCurve": nist}
        return {key: value for key, value in named.items() if value is not None}
    return {}


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body


def _time(tag: int, data: bytes) -> str:
    text = data.decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    month = _MONTHS[int(text[4:6]) - 1]
    return f"{month} {int(text[6:8]):2d} {text[8:10]}:{text[10:12]}:{text[12:14]} {text[:4]} GMT"


def _fingerprint(how: str, der: bytes) -> str:
    return hashlib.new(how, der, usedforsecurity=False).digest().hex(":").upper()
