"""How a refused change of the calendar of returns is told."""

import datetime as dt
from collections.abc import Sequence

from xinqu.spine.steps import Key
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def not_owed(key: Key) -> Problem:
    """Return the problem of a return that nobody owes."""
    return Problem(
        code="XQ-CALENDAR-001",
        what=Text(f"没有应报的 {key.form} {key.area} {key.period}", f"{key.form} {key.area} {key.period} is not owed"),
        where=Where(subject=key.subject),
        why=Text(
            "该期无此表、报表未施行，或新区当时尚未设立",
            "no such return, the form is not in force, or no such area then",
        ),
        fix=Text("查看应报清单：xinqu calendar board", "see what is owed: xinqu calendar board"),
    )


def already_filed(key: Key, filed_on: dt.date) -> Problem:
    """Return the problem of extending a return that came in."""
    return Problem(
        code="XQ-CALENDAR-002",
        what=Text("期限不能再改", "the due day can't move any more"),
        where=Where(subject=key.subject),
        why=Text(f"已于 {filed_on} 报送", f"the return was handed in on {filed_on}"),
        fix=Text("无须延期", "no extension is needed"),
    )


def already_past(key: Key, due: dt.date, today: dt.date) -> Problem:
    """Return the problem of extending a return whose due day is past."""
    return Problem(
        code="XQ-CALENDAR-002",
        what=Text("期限不能再改", "the due day can't move any more"),
        where=Where(subject=key.subject),
        why=Text(
            f"期限 {due} 已过（今天 {today}）；逾期如实记录",
            f"it was due on {due}, today is {today}; what is late stays late",
        ),
        fix=Text("尽快报送；逾期原因可在报表中说明", "hand it in; the reason may be told with the return"),
    )


def not_later(key: Key, present: dt.date, due: dt.date) -> Problem:
    """Return the problem of a new due day that is not later than the present one."""
    return Problem(
        code="XQ-CALENDAR-003",
        what=Text(f"{due} 不晚于现行期限", f"{due} is not later than the present due day"),
        where=Where(subject=key.subject),
        why=Text(f"现行期限 {present}", f"it is due on {present}"),
        fix=Text(f"给出晚于 {present} 的日期", f"give a day after {present}"),
    )


def no_right(key: Key, account: str, roles: Sequence[str], places: Sequence[str]) -> Problem:
    """Return the problem of an account that may not extend this return."""
    held_zh, held_en = "、".join(places) or "无", ", ".join(places) or "nowhere"
    return Problem(
        code="XQ-CALENDAR-004",
        what=Text(f"{account} 不能给 {key.area} 延期", f"{account} may not extend a return of {key.area}"),
        where=Where(subject=key.subject),
        why=Text(
            f"须有角色 {'、'.join(roles)} 且管辖该新区；该账户持有此角色的机构：{held_zh}",
            f"it takes {' or '.join(roles)} of a body above the area; the account holds such a role at: {held_en}",
        ),
        fix=Text("由省级或国家层面办理", "have the area's province or the nation act"),
    )
