"""`verify --deep`: reads every upload again, recomputes every part of the present snapshots, and says what differs."""

from collections.abc import Iterator

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import content_sha256, from_parquet
from xinqu.returns.read import read_return
from xinqu.spine.aggregates import kept_parts
from xinqu.spine.compact import differing, read_parquet
from xinqu.spine.policy import pack_at
from xinqu.spine.record_store import ORIGINS
from xinqu.spine.snapshot import Snapshot, take
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text


def replayed(workspace: Workspace) -> list[Problem]:
    """Return what a replay finds different in any realm of the workspace.

    Each upload, read again under the pack and on the day it was handed in, must give the stored canonical rows and
    identity; each kept part of the present snapshot must equal one computed from the objects alone.
    """
    problems: list[Problem] = []
    for realm in workspace.realms:
        snapshot = take(workspace, realm)
        if snapshot.vintage:
            fresh = snapshot.fresh()
            problems += list(_uploads(workspace, fresh))
            problems += list(_parts(snapshot, fresh))
    return problems


def _uploads(workspace: Workspace, snapshot: Snapshot) -> Iterator[Problem]:
    objects, pack_of = workspace.objects, pack_at(workspace, snapshot.realm)
    for row in snapshot.submissions.iter_rows(named=True):
        subject = f"return/{row['form']}/{row['area']}/{row['period']} v{row['version']}"
        try:
            header, rows = from_parquet(objects.get(row["rows_hash"]))
            upload = objects.get(row["file_hash"])
        except (Refused, ValueError) as error:
            yield _differs(subject, str(error))
            continue
        if content_sha256(header, rows) != row["content_hash"]:
            yield _differs(subject, "canonical rows")
        elif not _reads_the_same(pack_of(row["submitted_event"]), upload, row, snapshot.realm):
            yield _differs(subject, "upload read again")


def _reads_the_same(pack: Pack, upload: bytes, row: dict[str, str], realm: Realm) -> bool:
    day = beijing_day(row["submitted_at"])  # type: ignore[arg-type]  # a moment in the typed frame
    try:
        again = read_return(pack, upload, row["file_name"], as_of=day, origin=ORIGINS[realm])
    except Refused:
        return False
    return again.content_sha256 == row["content_hash"]


def _parts(snapshot: Snapshot, fresh: Snapshot) -> Iterator[Problem]:
    """Compare what the cache holds for the snapshot with the same computed from the objects alone."""
    subject = f"{snapshot.realm} #{snapshot.vintage}"
    if not snapshot.submissions.equals(fresh.submissions):
        yield _differs(subject, "submissions")
    for part in differing(fresh.workspace, fresh.pack, fresh.realm, fresh.submissions, fresh.facts):
        yield _differs(subject, part)
    computed = {"findings": lambda: fresh.checked.findings, "counts": lambda: fresh.checked.counts,
                "figures": lambda: fresh.figures, "lamps": lambda: fresh.lamps, **kept_parts(fresh)}  # fmt: skip
    for name, compute in computed.items():
        path = snapshot.part_path(name)
        kept = read_parquet(path)
        if path.exists() and (kept is None or not kept.equals(compute())):
            yield _differs(subject, name)


def _differs(subject: str, what: str) -> Problem:
    return Problem(
        code="XQ-VERIFY-020",
        what=Text(f"重放结果与保存的不同：{what}", f"a replay differs from what is kept: {what}"),
        where=Where(subject=subject),
        why=Text("对象、缓存或软件被改动", "an object, the cache or the software was altered"),
        fix=Text(
            "删除 cache 目录后再核验；仍不同则从备份恢复",
            "remove the cache folder and verify again; if it still differs, restore a backup",
        ),
    )
