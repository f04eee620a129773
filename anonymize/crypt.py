"""AES-GCM tokens: what the policy encrypts, the holder of the key decrypts; the one file with cryptography.

A token is `<ENC_TYPE_letters>`. The letters are sixteen consonants, one per half byte: no digit or word can
show up in them, and no change of case harms them. The bytes: version (1), key id (4), nonce (12), ciphertext
and tag of the padded value. Associated data: version, key id and entity type, so that a token cannot be
given another type.

The nonce is synthetic: HMAC-SHA256, under a key of its own, of associated data and value. So equal values
give equal tokens (encrypted ids still join, and a result does not depend on the number of processes), and a
nonce repeats only with its message. What is given away: that two values are equal, and their length in
steps of 16 bytes.

Format-preserving encryption is left out: NIST's second draft of SP 800-38G Rev. 1 (February 2025) drops FF3
and FF3-1, which is what the kept-up Python package (ff3) has, FF1 has no kept-up Python library, and most
values of a shop are smaller than the million that the standard asks for. A format that must be kept is a
surrogate's work; a value that must come back is encrypted.

Source: NIST SP 800-38D (GCM); RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import NamedTuple

from privgen.anonymize.keys import check_key, key_id
from privgen.errors import KeyFileError, MissingExtraError

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
except ImportError:
    raise MissingExtraError("anonymize", "cryptography") from None

VERSION = 1
_ALPHABET = "bcdfghjklmnpqrst"
_ENCODE = str.maketrans("0123456789abcdef", _ALPHABET)
_DECODE = str.maketrans(_ALPHABET, "0123456789abcdef")
ENCRYPTED = re.compile(rf"(?i)<ENC_([A-Z][A-Z_]{{0,30}})_([{_ALPHABET}]+)>")
_BLOCK = 16
_HEAD, _NONCE = 5, 12


class _Keys(NamedTuple):
    encryption: AESGCM
    nonce: bytes


class Cipher:
    """Encrypts with the first key and decrypts with any; its repr shows none.

    Args:
        keys: At least 16 secret bytes each, newest first.

    Raises:
        KeyFileError: No key, or an unusable one.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise KeyFileError("encryption needs a key")
        self._keys = {bytes.fromhex(key_id(check_key(key))): _derived(key) for key in keys}
        self._newest = bytes.fromhex(key_id(keys[0]))

    def __repr__(self) -> str:
        """Count without showing a key."""
        return f"Cipher({len(self._keys)} keys)"

    def encrypt(self, entity_type: str, value: str) -> str:
        """The token of any text; equal for equal texts, types and keys."""
        keys = self._keys[self._newest]
        entity_type = re.sub("[^A-Z_]", "_", entity_type.upper())[:31]
        head = bytes([VERSION]) + self._newest
        data = head + entity_type.encode()
        plain = _padded(value.encode("utf-8", "surrogatepass"))
        nonce = hmac.digest(keys.nonce, len(data).to_bytes(2) + data + plain, hashlib.sha256)[:_NONCE]
        sealed = head + nonce + keys.encryption.encrypt(nonce, plain, data)
        return f"<ENC_{entity_type}_{sealed.hex().translate(_ENCODE)}>"

    def decrypt(self, token: str) -> tuple[str, str]:
        """Entity type and value of a token.

        Raises:
            KeyFileError: No token, changed, or of a key that is not here; the message names the key's id.
        """
        match = ENCRYPTED.fullmatch(token)
        if match is None:
            raise KeyFileError("not an encrypted value; nothing was decrypted")
        entity_type, sealed = match[1].upper(), _bytes(match[2])
        head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE]
        if head[:1] != bytes([VERSION]):
            raise KeyFileError("an encrypted value of an unknown version; nothing was decrypted")
        keys = self._keys.get(head[1:])
        if keys is None:
            raise KeyFileError(
                f"an encrypted value needs the key {head[1:].hex()}, which is not in the key file"
            )
        try:
            plain = keys.encryption.decrypt(nonce, sealed[_HEAD + _NONCE :], head + entity_type.encode())
        except (InvalidTag, ValueError):
            raise KeyFileError("an encrypted value was changed or cut; nothing was decrypted") from None
        return entity_type, plain.rstrip(b"\0")[:-1].decode("utf-8", "surrogatepass")

    def reverse(self, text: str) -> tuple[str, int]:
        """`text` with its tokens decrypted, and how many there were.

        Raises:
            KeyFileError: As for `decrypt`.
        """
        return ENCRYPTED.subn(lambda match: self._inner(self.decrypt(match[0])[1]), text)

    def _inner(self, value: str) -> str:
        """A value that held a token when it was encrypted; one that only looks like one is the writer's own."""
        try:
            return self.reverse(value)[0]
        except KeyFileError:
            return value

    def rotate(self, text: str) -> tuple[str, int]:
        """`text` with its tokens encrypted anew under the first key, and how many there were.

        Raises:
            KeyFileError: As for `decrypt`.
        """
        return ENCRYPTED.subn(lambda match: self.encrypt(*self.decrypt(match[0])), text)


def _derived(key: bytes) -> _Keys:
    """Keys of their own for encryption and nonces: a pseudonym shows nothing of either."""
    encryption, nonce = (
        HKDF(SHA256(), 32, None, f"privgen {use} {VERSION}".encode()).derive(key)
        for use in ("encrypt", "nonce")
    )
    return _Keys(AESGCM(encryption), nonce)


def _padded(plain: bytes) -> bytes:
    """One byte 1 and zeros, up to whole blocks."""
    return plain + b"\1" + bytes(-(len(plain) + 1) % _BLOCK)


def _bytes(letters: str) -> bytes:
    try:
        return bytes.fromhex(letters.lower().translate(_DECODE))
    except ValueError:
        return b""
