"""What is refused about organisations, accounts, roles, links, passwords and tokens: the texts."""

from collections.abc import Sequence

from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def bad_id(name: str) -> Problem:
    """An account id that is reserved or not of the allowed letters."""
    return Problem(
        code="XQ-ACCOUNT-001",
        what=Text(f"账户编号“{name}”不可用", f"account id {name!r} cannot be used"),
        why=Text(
            "须为小写字母开头的字母、数字、_ . -，且非保留名",
            "lower-case letters, digits, _ . - only, not a reserved name",
        ),
        fix=Text("例如 u204；不要用姓名", "such as u204; do not use a person's name"),
    )


def taken(name: str) -> Problem:
    """An account id that exists."""
    return Problem(
        code="XQ-ACCOUNT-002",
        what=Text(f"账户 {name} 已存在", f"account {name} exists"),
        fix=Text("换一个编号；编号不重复使用", "give another id; ids are not used again"),
    )


def no_organisation(name: str) -> Problem:
    """An organisation that is not in the tree."""
    return Problem(
        code="XQ-ACCOUNT-003",
        what=Text(f"没有机构 {name}", f"there is no organisation {name}"),
        fix=Text("用 xinqu org list 查看；用 xinqu org load 载入", "see xinqu org list; load them with xinqu org load"),
    )


def unknown_account(name: str) -> Problem:
    """An account that does not exist."""
    return Problem(
        code="XQ-ACCOUNT-004",
        what=Text(f"没有账户 {name}", f"there is no account {name}"),
        fix=Text("用 xinqu user list 查看", "see xinqu user list"),
    )


def role_does_not_fit(role: str, organisation: str, kinds: Sequence[str]) -> Problem:
    """A role that is unknown, held by no person, or not for organisations of this kind."""
    return Problem(
        code="XQ-ACCOUNT-005",
        what=Text(f"机构 {organisation} 不能有角色 {role}", f"role {role} cannot be held in {organisation}"),
        why=Text(
            f"该角色只属于：{'、'.join(kinds)}" if kinds else "没有可由人担任的这一角色",
            f"it belongs to: {', '.join(kinds)}" if kinds else "no such role for persons",
        ),
        fix=Text("核对 permissions.yaml 的角色表", "see the roles in permissions.yaml"),
    )


def himself(name: str) -> Problem:
    """An administrator who grants himself a role."""
    return Problem(
        code="XQ-ACCOUNT-006",
        what=Text(f"{name} 不能给自己授权", f"{name} cannot grant a role to himself"),
        why=Text("授权由两人办理，任何人不得给自己授权", "two persons grant; nobody grants himself"),
        fix=Text("由另外两名管理员办理", "have two other administrators do it"),
    )


def has_administrators(realm: Realm) -> Problem:
    """A second bootstrap."""
    return Problem(
        code="XQ-ACCOUNT-007",
        what=Text("首批管理员已经设立", "the first administrators exist already"),
        where=Where(subject=str(realm)),
        fix=Text("由他们用 xinqu user grant 授权", "they grant further roles: xinqu user grant"),
    )


def two_at_least() -> Problem:
    """A bootstrap with fewer than two administrators."""
    return Problem(
        code="XQ-ACCOUNT-008",
        what=Text("首批管理员至少两名", "at least two first administrators are needed"),
        why=Text("此后每次授权须两人办理", "every later grant takes two persons"),
        fix=Text("给出两个账户编号", "give two account ids"),
    )


def not_held(account: str, role: str, organisation: str) -> Problem:
    """A role that the account does not hold."""
    return Problem(
        code="XQ-ACCOUNT-009",
        what=Text(f"{account} 没有角色 {role}", f"{account} does not hold role {role}"),
        where=Where(subject=organisation),
        fix=Text("用 xinqu user list 查看", "see xinqu user list"),
    )


def dead_link() -> Problem:
    """A one-time link that is unknown, used or too old."""
    return Problem(
        code="XQ-ACCOUNT-010",
        what=Text("一次性链接无效、已用过或已过期", "the one-time link is unknown, used or too old"),
        fix=Text("请管理员用 xinqu user link 另发一个", "ask an administrator for a new one: xinqu user link"),
    )


def weak(account: str, reasons: str) -> Problem:
    """A password that is too weak."""
    return Problem(
        code="XQ-ACCOUNT-011",
        what=Text("口令太弱，未设置", "the password is too weak; it was not set"),
        where=Where(subject=account),
        why=Text(reasons, reasons),
        fix=Text("换一个至少12位、不常见的口令", "take one of at least 12 characters that is not common"),
    )


def wrong_password(account: str) -> Problem:
    """A wrong password or an account that is switched off; the two are not told apart."""
    return Problem(
        code="XQ-ACCOUNT-012",
        what=Text("账户或口令不对", "the account or the password is wrong"),
        where=Where(subject=account),
        fix=Text("重试，或请管理员另发一次性链接", "try again, or ask an administrator for a one-time link"),
    )


def dead_token() -> Problem:
    """A command-line token that is unknown or too old."""
    return Problem(
        code="XQ-ACCOUNT-013",
        what=Text("命令行令牌无效或已过期", "the command-line token is unknown or too old"),
        fix=Text(
            "用 xinqu user token 取新令牌，放入 XINQU_TOKEN",
            "get a new one with xinqu user token and put it in XINQU_TOKEN",
        ),
    )


def link_takes_two(account: str) -> Problem:
    """A link to an administrator's account without a second administrator."""
    return Problem(
        code="XQ-ACCOUNT-014",
        what=Text("给管理员账户发链接须两名管理员", "a link to an administrator's account takes two administrators"),
        where=Where(subject=account),
        why=Text("否则一人可冒充两人", "else one person could act as two"),
        fix=Text(
            "用 --second 指明另一名管理员（不是该账户本人）",
            "name another administrator, not the account itself, with --second",
        ),
    )
