"""Signed heads: the last event's number and hash under an Ed25519 signature, to be published where nobody can alter it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from xinqu.spine import log, verify_problems
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.problem import Problem, Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "head-key"


class SignedHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published head; ``public_key`` and ``signature`` are hex, the signature covers all else as canonical JSON."""

    workspace: str
    seq: int
    hash: str
    recorded_at: str
    public_key: str
    signature: str

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        fields = msgspec.structs.asdict(self)
        del fields["signature"]
        return canonical_json(fields)

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def sign(workspace: Workspace) -> SignedHead:
    """Return the log's head signed with the workspace's key, which is made the first time."""
    head = log.head(workspace)
    key = _key(workspace)
    unsigned = SignedHead(
        workspace=workspace.about.id, seq=head.seq, hash=head.hash, recorded_at=head.recorded_at,
        public_key=key.public_key().public_bytes_raw().hex(), signature="",
    )  # fmt: skip
    return msgspec.structs.replace(unsigned, signature=key.sign(unsigned.signed_bytes()).hex())


def read(path: Path) -> SignedHead:
    """Return the head in a file; raises Refused XQ-VERIFY-012 when it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=SignedHead)
    except (OSError, msgspec.DecodeError):
        raise Refused(verify_problems.not_a_head(str(path))) from None


def problems(workspace: Workspace, head: SignedHead, public_key: str | None) -> list[Problem]:
    """Return what is wrong with a head file itself: its workspace, its key or its signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if head.workspace != workspace.about.id:
        return [verify_problems.other_workspace()]
    trusted = public_key
    if trusted is None:
        if not (workspace.dir / KEY_FILE).exists():
            return [verify_problems.no_key()]
        trusted = _key(workspace).public_key().public_bytes_raw().hex()
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted)).verify(
            bytes.fromhex(head.signature), head.signed_bytes()
        )
    except (InvalidSignature, ValueError):
        return [verify_problems.wrong_signature()]
    return [] if head.public_key == trusted else [verify_problems.wrong_signature()]


def _key(workspace: Workspace) -> "Ed25519PrivateKey":
    """Return the workspace's private key; the file is readable by its owner alone."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    file = workspace.dir / KEY_FILE
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(Ed25519PrivateKey.generate().private_bytes_raw().hex().encode())
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text(encoding="ascii")))
