"""How a delegation of a role, or its end, is refused."""

import datetime as dt

from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def not_granted(account: str, role: str, organisation: str) -> Problem:
    """A role that the account does not hold itself."""
    return Problem(
        code="XQ-DELEGATE-001",
        what=Text(
            f"{account} 未持有可委托的角色 {role}@{organisation}",
            f"{account} holds no role {role}@{organisation} that can be delegated",
        ),
        where=Where(subject=account),
        why=Text(
            "只有被授予的角色可以委托，受托的角色不能转委托", "a granted role can be lent, a lent one not lent on"
        ),
        fix=Text("由持有该角色的人委托", "have its holder delegate it"),
    )


def not_to(account: str, *, is_known: bool, is_self: bool) -> Problem:
    """A delegate who can't be one."""
    if not is_known:
        why = Text("没有该账户，或已停用", "there is no such account, or it is not active")
    elif is_self:
        why = Text("委托人即本人", "it is the delegator")
    else:
        why = Text("该账户已持有此角色", "the account holds this very role")
    return Problem(
        code="XQ-DELEGATE-002",
        what=Text(f"不能委托给 {account}", f"it can't be delegated to {account}"),
        where=Where(subject=account),
        why=why,
        fix=Text("委托给另一个账户：xinqu user list", "name another account: xinqu user list"),
    )


def wrong_days(first: dt.date, last: dt.date, today: dt.date, longest: int | None) -> Problem:
    """Days that are past, reversed or too many."""
    most = f"{longest}" if longest is not None else "-"
    return Problem(
        code="XQ-DELEGATE-003",
        what=Text("委托日期有误", "the days of the delegation are wrong"),
        where=Where(subject=f"{first} - {last}"),
        why=Text(
            f"今天 {today}；起日不早于今天、不晚于止日；最长 {most} 天",
            f"today is {today}; it begins today or later, ends on or after its first day, lasts {most} days at most",
        ),
        fix=Text("改正 --from 与 --to", "correct --from and --to"),
    )


def other_line(account: str, organisation: str, lent_for: str) -> Problem:
    """A delegate of an organisation that has nothing to do with the role's."""
    return Problem(
        code="XQ-DELEGATE-004",
        what=Text(f"{account} 不在同一机构系统", f"{account} is of another line of organisations"),
        where=Where(subject=account),
        why=Text(
            f"其机构 {organisation} 不是 {lent_for} 及其上下级",
            f"its organisation {organisation} is neither {lent_for} nor above or below it",
        ),
        fix=Text("委托给本机构或上下级的人员", "delegate to somebody of that organisation, above or below it"),
    )


def lent_already(account: str) -> Problem:
    """A second delegation of one role to one account on the same days."""
    return Problem(
        code="XQ-DELEGATE-005",
        what=Text(f"该角色已委托给 {account}", f"the role is delegated to {account} already"),
        where=Where(subject=account),
        fix=Text(
            "先终止原委托，或另定日期：xinqu user delegations",
            "end that one or choose other days: xinqu user delegations",
        ),
    )


def none_such(number: int) -> Problem:
    """A number that is no delegation in force or to come."""
    return Problem(
        code="XQ-DELEGATE-006",
        what=Text(f"没有委托 #{number}", f"there is no delegation #{number}"),
        where=Where(subject=f"#{number}"),
        why=Text("没有该委托，或已到期、已终止", "there is none, or it is past or ended"),
        fix=Text("查看：xinqu user delegations", "see xinqu user delegations"),
    )


def not_his(number: int, account: str, delegator: str) -> Problem:
    """Somebody who may not end it."""
    return Problem(
        code="XQ-DELEGATE-007",
        what=Text(f"{account} 不能终止该委托", f"{account} can't end this delegation"),
        where=Where(subject=f"#{number}"),
        fix=Text(f"由委托人 {delegator} 或管理员终止", f"have its delegator {delegator} or an administrator end it"),
    )
