"""Redaction: two persons remove a free text or an attachment; the event that held its hash stays and says so."""

from xinqu.policy.pack import Pack
from xinqu.spine import log, salted
from xinqu.spine.accounts import Person
from xinqu.spine.workspace import Workspace
from xinqu.store.records import NewEvent, StoredEvent
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


def redact(
    workspace: Workspace, pack: Pack, sha256: str, *, realm: Realm, by: Person, second: str, reason: str
) -> StoredEvent | None:
    """Record the redaction, then remove the object; run again, it finishes a removal that was interrupted.

    ``reason`` is a code or a short text that may be public. Returns the event, or None when the object had been
    redacted before.

    Raises:
        Refused: XQ-STORE-006 when there is no such object, XQ-REDACT-001 when it is a record that figures stand on,
            and what the log refuses.
    """
    done = log.events(workspace, realm, types=["object.redacted"])
    if sha256 in done["data"].str.json_path_match("$.object").to_list():
        workspace.objects.remove(sha256)
        return None
    if not salted.is_salted(workspace, sha256):
        raise Refused(_a_record(sha256))
    event = NewEvent(
        type="object.redacted",
        realm=realm,
        actor=by.account,
        organisation=by.organisation,
        role=by.role,
        subject=f"event_log/{sha256}",
        data={"object": sha256, "reason": reason, "second_actor": second},
    )
    stored = log.append(workspace, pack, [event])[0]
    workspace.objects.remove(sha256)
    return stored


def _a_record(sha256: str) -> Problem:
    return Problem(
        code="XQ-REDACT-001",
        what=Text("此对象是报表或记录，不能遮蔽", "this object is a return or a record and cannot be redacted"),
        where=Where(subject=sha256),
        why=Text(
            "数字据此得出；只有文字说明和附件可遮蔽", "figures stand on it; only free texts and attachments can be"
        ),
        fix=Text("用更正报表代替", "file a correcting return instead"),
    )
