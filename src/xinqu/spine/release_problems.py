"""What is said when a release is refused (XQ-RELEASE-NNN)."""

import datetime as dt
from collections.abc import Iterable

from xinqu.vocabulary.moments import BEIJING
from xinqu.vocabulary.problem import NO_TEXT, Problem, Where
from xinqu.vocabulary.text import Text


def _problem(code: str, subject: str, *, what: Text, fix: Text, why: Text = NO_TEXT) -> Problem:
    return Problem(code=code, where=Where(subject=subject), what=what, why=why, fix=fix)


def hour_text(moment: dt.datetime) -> str:
    """Return a moment as people are told it: Beijing's day and hour."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def no_series(name: str, known: Iterable[str]) -> Problem:
    """No release series of that name."""
    listed = ", ".join(known) or "–"
    return _problem(
        "XQ-RELEASE-001", name,
        what=Text(f"没有发布系列“{name}”", f"there is no release series {name!r}"),
        why=Text(f"规则包 releases.yaml 列有：{listed}", f"releases.yaml of the pack has: {listed}"),
        fix=Text("写出其中之一", "name one of these"),
    )  # fmt: skip


def other_frequency(series: str, period: str, frequency: str) -> Problem:
    """A period that the series does not have."""
    return _problem(
        "XQ-RELEASE-002", f"{series} {period}",
        what=Text(f"{series} 没有报告期 {period}", f"{series} has no period {period}"),
        why=Text(f"该系列的频率是 {frequency}", f"the series is {frequency}"),
        fix=Text("写出该频率的报告期", "name a period of that frequency"),
    )  # fmt: skip


def nothing_accepted(series: str, period: str) -> Problem:
    """No accepted return to release."""
    return _problem(
        "XQ-RELEASE-003", f"{series} {period}",
        what=Text("没有已接收的报表可发布", "there is no accepted return to release"),
        why=Text("发布只含国家已接收的报表", "a release holds accepted returns only"),
        fix=Text("用 xinqu return list 查看各份报表的状态", "see the state of each return by xinqu return list"),
    )  # fmt: skip


def same_again(release: str, series: str, period: str) -> Problem:
    """The newest release of the period holds exactly these returns."""
    return _problem(
        "XQ-RELEASE-004", f"{series} {period}",
        what=Text(f"{release} 已含这些报表", f"{release} holds these very returns"),
        why=Text("此后没有接收新的报表", "no other return has been accepted since"),
        fix=Text("有更正被接收后再准备", "prepare another release once a correction is accepted"),
    )  # fmt: skip


def under_embargo(release: str, moment: dt.datetime) -> Problem:
    """The hour has not come."""
    hour = hour_text(moment)
    return _problem(
        "XQ-RELEASE-005", release,
        what=Text(f"尚未到发布时间 {hour}（北京时间）", f"the release hour {hour} (Beijing) has not come"),
        why=Text("各新区同时发布，提前发布即破坏保密", "all areas come out at the same hour; earlier would break the embargo"),
        fix=Text("到时再办理", "publish at or after that hour"),
    )  # fmt: skip


def unknown(release: str) -> Problem:
    """No release of that id, or none that the asker may see."""
    return _problem(
        "XQ-RELEASE-006", release,
        what=Text(f"没有发布 {release}", f"there is no release {release}"),
        fix=Text("用 xinqu release list 查看", "see xinqu release list"),
    )  # fmt: skip


def wrong_state(release: str, state: Text, act: Text) -> Problem:
    """The release does not stand where the act starts."""
    return _problem(
        "XQ-RELEASE-007", release,
        what=Text(f"{release} {state.zh}，不能{act.zh}", f"{release} is {state.en}: it can't be {act.en}"),
        why=Text("先准备，再发布；只有已发布的可以撤销", "a release is prepared, then published; only what is out can be recalled"),
        fix=Text("用 xinqu release show 查看", "see xinqu release show"),
    )  # fmt: skip


def changed(release: str) -> Problem:
    """What the release covers is not what was prepared."""
    return _problem(
        "XQ-RELEASE-008", release,
        what=Text("内容与准备时不符", "its content is not what was prepared"),
        why=Text("覆盖的报表的身份与事件所记不同", "the identity of its returns differs from the one in the event"),
        fix=Text("运行 xinqu verify --deep；重新准备", "run xinqu verify --deep; prepare it again"),
    )  # fmt: skip


def no_embargo_here(realm: str) -> Problem:
    """The realm's figures are public already."""
    return _problem(
        "XQ-RELEASE-009", realm,
        what=Text("公开数据不需发布", "published figures need no release"),
        why=Text("它们摘自公开来源，没有保密期", "they stand in public sources and are under no embargo"),
        fix=Text("直接编制：xinqu open-data build all --realm published", "build the package: xinqu open-data build all --realm published"),
    )  # fmt: skip


def unknown_reason(reason: str, known: Iterable[str]) -> Problem:
    """A recall for a reason that the code list does not hold."""
    listed = ", ".join(known)
    return _problem(
        "XQ-RELEASE-010", reason,
        what=Text(f"没有理由代码“{reason}”", f"there is no reason {reason!r}"),
        why=Text(f"CL_REVISION_REASON 有：{listed}", f"CL_REVISION_REASON has: {listed}"),
        fix=Text("写出其中之一", "give one of these"),
    )  # fmt: skip


def not_covered(release: str, names: Iterable[str]) -> Problem:
    """Returns named as wrong that the release does not hold."""
    listed = ", ".join(names)
    return _problem(
        "XQ-RELEASE-011", release,
        what=Text(f"{release} 不含 {listed}", f"{release} does not hold {listed}"),
        fix=Text("写作 表/新区/报告期，如 xm1/lanzhou/2026-03", "write form/area/period such as xm1/lanzhou/2026-03"),
    )  # fmt: skip
