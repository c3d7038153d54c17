"""Where a workspace's database is: its Django settings, and the refusal of unsafe places."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

SQLITE_FILE = "log.sqlite3"
LOCK_WAIT_S = 120
# SQLite's write-ahead log needs shared memory of one host: https://sqlite.org/wal.html, "All processes using a
# database must be on the same host computer; WAL does not work over a network filesystem."
NETWORK_FILE_SYSTEMS = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "gpfs",
     "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"}
)  # fmt: skip


def django_database(home: Path, url: str | None) -> dict[str, Any]:
    """Return the DATABASES entry of the workspace in ``home``; ``url`` None means SQLite inside the workspace.

    Raises:
        Refused: XQ-STORE-001 when the URL is not ``postgresql://user:password@host:port/name``.
    """
    if url is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / SQLITE_FILE),
            "OPTIONS": {
                "timeout": LOCK_WAIT_S,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA synchronous=FULL",
            },
        }
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise Refused(_not_a_url(parts.scheme))
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "") or ""),
        "OPTIONS": options,
    }


def file_system_of(folder: Path, mountinfo: str | None = None) -> str:
    """Return the type of the file system that holds ``folder``, such as ``ext4``; "" where the system does not say.

    ``mountinfo`` is the text of /proc/self/mountinfo (proc(5)), given in tests.
    """
    if mountinfo is None:
        source = Path("/proc/self/mountinfo")
        if not source.exists():
            return ""
        mountinfo = source.read_text(encoding="utf-8", errors="replace")
    best, kind = "", ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        mount = left.split(" ")[4].encode().decode("unicode_escape")
        if (folder == Path(mount) or Path(mount) in folder.parents) and len(mount) >= len(best):
            best, kind = mount, right.split(" ")[0]
    return kind


def refuse_network_file_system(folder: Path, mountinfo: str | None = None) -> None:
    """Raise Refused XQ-STORE-002 when SQLite's write-ahead log would lie on a network file system."""
    kind = file_system_of(folder.resolve(), mountinfo)
    if kind in NETWORK_FILE_SYSTEMS:
        raise Refused(
            Problem(
                code="XQ-STORE-002",
                what=Text("工作区位于网络文件系统上", "the workspace lies on a network file system"),
                where=Where(file=str(folder)),
                why=Text(
                    f"文件系统为 {kind}；SQLite 预写日志只能由同一台主机使用",
                    f"it is {kind}; SQLite's write-ahead log works on one host only",
                ),
                fix=Text(
                    "改用本机磁盘，或用 --database 指定 PostgreSQL",
                    "take a local disk, or name a PostgreSQL database with --database",
                ),
            )
        )


def _not_a_url(scheme: str) -> Problem:
    return Problem(
        code="XQ-STORE-001",
        what=Text("数据库地址无法识别", "the database address cannot be read"),
        why=Text(f"协议为“{scheme}”", f"its scheme is {scheme!r}"),
        fix=Text("写作 postgresql://用户:口令@主机:端口/库名", "write postgresql://user:password@host:port/name"),
    )
