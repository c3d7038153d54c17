"""What verification finds: the texts."""

from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

_RESTORE = Text(
    "保留现场，查明原因，从备份恢复后再核验", "keep the evidence, find out why, restore a backup and verify it"
)


def _row(seq: int) -> Where:
    return Where(subject=f"#{seq}")


def gap(expected: int, found: int) -> Problem:
    """Numbers of the log have a gap."""
    return Problem(
        code="XQ-VERIFY-001",
        what=Text(f"日志缺少 #{expected} 至 #{found - 1}", f"events #{expected} to #{found - 1} are missing"),
        where=_row(expected),
        why=Text("日志从不删除", "nothing is ever deleted from the log"),
        fix=_RESTORE,
    )


def altered_row(seq: int, parts: str) -> Problem:
    """A row's bytes, hash and columns disagree."""
    return Problem(
        code="XQ-VERIFY-002",
        what=Text(f"日志 #{seq} 已被改动", f"event #{seq} was altered"),
        where=_row(seq),
        why=Text(f"不一致之处：{parts}", f"what disagrees: {parts}"),
        fix=_RESTORE,
    )


def broken_chain(seq: int) -> Problem:
    """A row does not carry the hash of the one before."""
    return Problem(
        code="XQ-VERIFY-003",
        what=Text(f"日志链在 #{seq} 处断开", f"the chain breaks at #{seq}"),
        where=_row(seq),
        why=Text("所记前项哈希与前一条不符", "it does not carry the hash of the event before it"),
        fix=_RESTORE,
    )


def missing_object(name: str, seq: int) -> Problem:
    """An object that an event stands on is not there and was not redacted."""
    return Problem(
        code="XQ-VERIFY-004",
        what=Text("对象缺失", "an object is missing"),
        where=Where(subject=name),
        why=Text(f"#{seq} 引用了它，且无遮蔽记录", f"#{seq} stands on it and no redaction is recorded"),
        fix=Text("从备份恢复该文件", "restore the file from a backup"),
    )


def redaction_unfinished(name: str, seq: int) -> Problem:
    """An object that was redacted is still there."""
    return Problem(
        code="XQ-VERIFY-005",
        what=Text("已遮蔽的对象仍在", "a redacted object is still there"),
        where=Where(subject=name),
        why=Text(f"#{seq} 记录了遮蔽，但文件未删除", f"#{seq} records its redaction, but the file was not removed"),
        fix=Text(f"再运行一次：xinqu redact {name}", f"run again: xinqu redact {name}"),
    )


def role_without_event(account: str, role: str, organisation: str, realm: str) -> Problem:
    """A role in force that no event granted."""
    return Problem(
        code="XQ-VERIFY-006",
        what=Text(f"{account} 的角色 {role} 没有授权记录", f"role {role} of {account} was granted by no event"),
        where=Where(subject=f"{realm} {organisation}"),
        why=Text("角色须由两人授权并记入日志", "roles are granted by two persons, on the log"),
        fix=Text("查明谁改动了数据库；用 xinqu user revoke 撤销", "find out who changed the database; revoke the role"),
    )


def event_without_role(account: str, role: str, organisation: str, realm: str) -> Problem:
    """A role that the log grants and the tables lack."""
    return Problem(
        code="XQ-VERIFY-007",
        what=Text(
            f"{account} 的角色 {role} 已授权而未生效", f"role {role} of {account} was granted but is not in force"
        ),
        where=Where(subject=f"{realm} {organisation}"),
        why=Text("日志与账户表不一致", "log and account tables disagree"),
        fix=_RESTORE,
    )


def tail_cut(here: int, published: int) -> Problem:
    """The log is shorter than a head that was published."""
    return Problem(
        code="XQ-VERIFY-008",
        what=Text("日志尾部被截断", "the tail of the log was cut off"),
        where=_row(here),
        why=Text(
            f"公布的日志头为 #{published}，现止于 #{here}",
            f"the published head is #{published}, the log ends at #{here}",
        ),
        fix=_RESTORE,
    )


def other_history(seq: int) -> Problem:
    """The log holds another event where a head was published."""
    return Problem(
        code="XQ-VERIFY-009",
        what=Text(f"#{seq} 与公布的日志头不符", f"#{seq} is not the event whose hash was published"),
        where=_row(seq),
        why=Text("日志被重写", "the log was written anew"),
        fix=_RESTORE,
    )


def wrong_signature() -> Problem:
    """A head file that does not verify."""
    return Problem(
        code="XQ-VERIFY-010",
        what=Text("日志头文件的签名不符", "the signature of the head file is wrong"),
        why=Text("文件被改动，或不是由该密钥签发", "the file was changed or signed with another key"),
        fix=Text("取公布的原件，或用 --key 指明公钥", "take the file as published, or name the public key with --key"),
    )


def other_workspace() -> Problem:
    """A head file of another workspace."""
    return Problem(
        code="XQ-VERIFY-011",
        what=Text("日志头文件属于另一个工作区", "the head file is of another workspace"),
        fix=Text("取本工作区公布的文件", "take the file published by this workspace"),
    )


def not_a_head(name: str) -> Problem:
    """A file that is no head file."""
    return Problem(
        code="XQ-VERIFY-012",
        what=Text("不是日志头文件", "this is not a head file"),
        where=Where(file=name),
        fix=Text("用 xinqu log head --sign 生成的文件", "take a file made by xinqu log head --sign"),
    )


def no_key() -> Problem:
    """No public key to check a head file with."""
    return Problem(
        code="XQ-VERIFY-013",
        what=Text("没有可用的公钥", "there is no public key to check with"),
        why=Text("本工作区从未签发过日志头", "this workspace never signed a head"),
        fix=Text("用 --key 给出公布的公钥（十六进制）", "give the published public key in hex with --key"),
    )


def damaged(why: str) -> Problem:
    """The database finds its own file damaged."""
    return Problem(
        code="XQ-VERIFY-014",
        what=Text("数据库文件已损坏", "the database file is damaged"),
        why=Text(why, why),
        fix=_RESTORE,
    )


def more(code: str, count: int) -> Problem:
    """There are more problems of a kind than are shown."""
    return Problem(code=code, what=Text(f"同类问题另有 {count} 个", f"{count} more of this kind"))
