"""str to bytes and back, for the encodings that Node's Buffer knows.

``encode()`` serves write(); ``Decoder`` serves set_encoding(): it keeps what a read has cut in two (half
of a UTF-8 character, an odd base64 byte) until the rest arrives. As in Node, neither ever fails: what
cannot be decoded becomes U+FFFD.
"""

from __future__ import annotations

import codecs

from netuv import misuse

# Node's names (any case) -> the one that is kept.
_NAMES = {
    "utf8": "utf8",
    "utf-8": "utf8",
    "ascii": "ascii",
    "latin1": "latin1",
    "binary": "latin1",
    "utf16le": "utf16le",
    "utf-16le": "utf16le",
    "ucs2": "utf16le",
    "ucs-2": "utf16le",
    "hex": "hex",
    "base64": "base64",
    "base64url": "base64url",
}


def canonical(encoding: object) -> str:
    """The one name for an encoding; raises ERR_UNKNOWN_ENCODING for anything else."""
    name = _NAMES.get(encoding.lower()) if isinstance(encoding, str) else None
    if name is None:
        given = encoding if isinstance(encoding, str) else f"an instance of {type(encoding).__name__}"
        given = given if len(given) <= 64 else f"{given[:64]}..."
        raise misuse.unknown_encoding(f"{given} (known are {', '.join(_NAMES)})")
    return name


def encode(text: str, encoding: str = "utf8") -> bytes:
    """The bytes of a str, as Node's ``Buffer.from(text, encoding)`` makes them."""
    name = encoding if encoding == "utf8" else canonical(encoding)
    if name == "utf8":
        try:
            return text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            return _utf16(text).decode("utf-16-le", "replace").encode()
    if name in ("ascii", "latin1"):  # the low byte of each UTF-16 unit
        return _utf16(text)[::2]
    if name == "utf16le":
        return _utf16(text)
    if name == "hex":
        return _from_hex(text)
    return _from_base64(text)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _from_hex(text: str) -> bytes:
    """Whole pairs of digits, up to the first that is none."""
    digits = 0
    while digits < len(text) and text[digits] in "0123456789abcdefABCDEF":
        digits += 1
    return bytes.fromhex(text[: digits - digits % 2])


def _from_base64(text: str) -> bytes:
    """Both alphabets, with or without padding; other characters are skipped, '=' ends the data."""
    import binascii  # not before it is needed

    text = text.partition("=")[0].replace("-", "+").replace("_", "/")
    kept = "".join(c for c in text if c.isascii() and (c.isalnum() or c in "+/"))
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + "=" * (-len(kept) % 4))


class Decoder:
    """Bytes that arrive in pieces -> str, Node's ``StringDecoder``."""

    def __init__(self, encoding: str) -> None:
        self.encoding = canonical(encoding)
        self._kept = b""
        codec = {"utf8": "utf-8", "utf16le": "utf-16-le"}.get(self.encoding)
        self._incremental = codecs.getincrementaldecoder(codec)("replace") if codec else None

    def write(self, data: bytes) -> str:
        """All that is complete by now."""
        if self._incremental is not None:
            return self._incremental.decode(data)
        if self.encoding == "ascii":
            return bytes(byte & 0x7F for byte in data).decode("ascii")
        if self.encoding == "latin1":
            return data.decode("latin-1")
        if self.encoding == "hex":
            return data.hex()
        data = self._kept + data
        whole = len(data) - len(data) % 3
        self._kept = data[whole:]
        return self._base64(data[:whole])

    def end(self) -> str:
        """What was kept back and will now never be completed."""
        if self._incremental is not None:
            if self.encoding == "utf16le":  # an odd byte is dropped, as in Node
                kept = self._incremental.getstate()[0]
                self._incremental.reset()
                return kept[: len(kept) // 2 * 2].decode("utf-16-le", "replace")
            return self._incremental.decode(b"", True)
        kept, self._kept = self._kept, b""
        return self._base64(kept)

    def _base64(self, data: bytes) -> str:
        import binascii

        text = binascii.b2a_base64(data, newline=False).decode("ascii")
        if self.encoding == "base64":
            return text
        return text.replace("+", "-").replace("/", "_").rstrip("=")
