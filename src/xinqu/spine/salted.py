"""Free text and attachments: salted objects whose hash stands in an event, so that a redaction can remove them."""

import secrets

from xinqu.spine.workspace import Workspace

_MARK = b"XQ-SALTED-1\n"
_SALT_BYTES = 16
_HEADER_BYTES = len(_MARK) + 2 * _SALT_BYTES + 1


def put(workspace: Workspace, body: bytes) -> str:
    """Store an attachment behind a fresh salt and return its SHA-256 for ``NewEvent.objects`` and the event's data.

    The salt keeps a short text from being guessed by its hash once the object has been redacted.
    """
    return workspace.objects.put(salt(body))


def salt(body: bytes) -> bytes:
    """Return ``body`` behind a fresh salt: the bytes of its object, for callers that store many at once."""
    return _MARK + secrets.token_hex(_SALT_BYTES).encode() + b"\n" + body


def get(workspace: Workspace, sha256: str) -> bytes:
    """Return an attachment without its salt; Refused XQ-STORE-006 when it is missing or was redacted."""
    return workspace.objects.get(sha256)[_HEADER_BYTES:]


def put_text(workspace: Workspace, text: str) -> str:
    """Store free text as ``put`` stores an attachment."""
    return put(workspace, text.encode())


def get_text(workspace: Workspace, sha256: str) -> str:
    """Return a text stored by ``put_text``."""
    return get(workspace, sha256).decode()


def is_salted(workspace: Workspace, sha256: str) -> bool:
    """Say whether the object is one of these; others are the records that figures stand on."""
    return workspace.objects.get(sha256).startswith(_MARK)
