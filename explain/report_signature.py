"""Ed25519 signatures with a key of the merchant's, as openssl writes and checks them; see docs/report.md.

Source: RFC 8032 (Ed25519), RFC 8410 (its keys in PKCS #8 and PEM).
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from privgen.errors import KeyFileError, MissingExtraError

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
except ImportError:
    raise MissingExtraError("anonymize", "cryptography") from None

_MAKE = "make one with: openssl genpkey -algorithm ed25519"


class SigningKey:
    """The merchant's private key; its repr shows none of it.

    Args:
        path: A PEM file that only its owner may read, as `openssl genpkey -algorithm ed25519` writes it.

    Raises:
        KeyFileError: Missing, readable by others, encrypted, or no Ed25519 key; the message names the path.
    """

    def __init__(self, path: Path) -> None:
        raw = _read(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path}: key file can be read by others; run: chmod 600 {path}")
        try:
            key: Any = load_pem_private_key(raw, password=None)
        except TypeError:
            raise KeyFileError(f"{path}: the key has a password; decrypt it with: openssl pkey") from None
        except ValueError:
            raise KeyFileError(f"{path}: not a private key in PEM; {_MAKE}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path}: not an Ed25519 key; {_MAKE}")
        self._key = key

    def __repr__(self) -> str:
        """Say what it is without showing it."""
        return "SigningKey()"

    @property
    def public(self) -> str:
        """The public key: its 32 bytes in hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of the signature; equal for equal data."""
        return self._key.sign(data)


def public_key(path: Path) -> str:
    """The public key in a PEM file: its 32 bytes in hex.

    Raises:
        KeyFileError: Missing or no Ed25519 public key; the message names the path.
    """
    try:
        key: Any = load_pem_public_key(_read(path))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path}: not an Ed25519 public key in PEM; openssl pkey -pubout makes it")
    return key.public_bytes_raw().hex()


def is_signed(public: str, data: bytes, signature: bytes) -> bool:
    """Whether the holder of the key with this public part signed exactly this data."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise KeyFileError(f"{path}: key file not found or not readable; {_MAKE}") from None
