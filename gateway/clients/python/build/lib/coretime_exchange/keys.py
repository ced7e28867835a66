"""Keys that sign the venue's challenge."""

from __future__ import annotations

from typing import Protocol

import nacl.signing
import sr25519
from coretime.exchange.v1 import auth_service_pb2 as auth


class Key(Protocol):
    """Whatever can sign: the key of an account."""

    @property
    def account(self) -> str:
        """The account: 0x and 64 hex digits."""
        ...

    @property
    def scheme(self) -> int:
        """How it signs, a `SignatureScheme`."""
        ...

    def sign(self, message: bytes) -> bytes: ...


class Sr25519Key:
    """What most Polkadot wallets use."""

    scheme = auth.SIGNATURE_SCHEME_SR25519

    def __init__(self, seed: bytes) -> None:
        """From the 32 bytes of a secret seed."""
        if len(seed) != 32:
            raise ValueError("a seed has 32 bytes")
        self._public, self._secret = sr25519.pair_from_seed(seed)

    @property
    def account(self) -> str:
        return "0x" + self._public.hex()

    def sign(self, message: bytes) -> bytes:
        return sr25519.sign((self._public, self._secret), message)


class Ed25519Key:
    """Ed25519."""

    scheme = auth.SIGNATURE_SCHEME_ED25519

    def __init__(self, seed: bytes) -> None:
        """From the 32 bytes of a secret seed."""
        self._key = nacl.signing.SigningKey(seed)

    @property
    def account(self) -> str:
        return "0x" + bytes(self._key.verify_key).hex()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message).signature
