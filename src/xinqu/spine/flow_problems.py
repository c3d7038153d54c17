"""How the flow of returns refuses: overtaken by another, handed in twice, no reason for a correction, an open query."""

from collections.abc import Collection, Mapping, Sequence

from xinqu.policy.model import Code
from xinqu.returns.document import ReturnDocument
from xinqu.spine.steps import Key
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def unanswered(key: Key, version: int, role: str, queries: Sequence[object]) -> Problem:
    """Return the problem of an approval by the level whose own query nobody answered."""
    numbers = ", ".join(f"#{seq}" for seq in queries)
    return Problem(
        code="XQ-FLOW-001",
        what=Text("本级的提问尚未答复，不能核定", "a query of this level is not answered yet, so not to be approved"),
        where=at(key, version),
        why=Text(f"{role} 的提问：{numbers}", f"queries of {role}: {numbers}"),
        fix=Text(
            "由填报人或新区答复：xinqu return answer；或退回：xinqu approve send-back",
            "have the filer or the area answer (xinqu return answer), or send the return back",
        ),
    )


def no_reason(document: ReturnDocument, reasons: Mapping[str, Code]) -> Problem:
    """Return the problem of a correction of an accepted return without a reason code."""
    return Problem(
        code="XQ-FLOW-002",
        what=Text("更正已验收的报表须写明原因代码", "a correction of an accepted return needs a reason code"),
        where=of(document),
        why=_codes(reasons),
        fix=Text("加 --revision 代码；本次未保存", "add --revision CODE; nothing was stored"),
    )


def unknown_reason(document: ReturnDocument, found: str, reasons: Mapping[str, Code]) -> Problem:
    """Return the problem of a reason code that the pack does not have."""
    return Problem(
        code="XQ-FLOW-003",
        what=Text(f"没有修订原因“{found}”", f"there is no revision reason {found!r}"),
        where=of(document),
        why=_codes(reasons),
        fix=Text("改用其中之一；本次未保存", "use one of them; nothing was stored"),
    )


def same_again(document: ReturnDocument, before: Mapping[str, object]) -> Problem:
    """Return the problem of a return whose content stands already as the newest version."""
    by, version, state = before["submitted_by"], before["version"], before["state"]
    return Problem(
        code="XQ-FLOW-004",
        what=Text("内容与已报送的版本完全相同", "this very content was handed in already"),
        where=of(document),
        why=Text(
            f"第 {version} 版由 {by} 报送，状态 {state}，内容 {document.content_sha256[:12]}",
            f"version {version}, handed in by {by}, state {state}, content {document.content_sha256[:12]}",
        ),
        fix=Text("不必再报；未保存任何内容", "nothing to do; nothing was stored"),
    )


def overtaken(document: ReturnDocument, version: int, before: Mapping[str, object]) -> Problem:
    """Return the problem of a hand-in while another one of the same return was recorded."""
    by, moment = before["submitted_by"], str(before["submitted_at"])[:16]
    return Problem(
        code="XQ-FLOW-005",
        what=Text("另一人刚刚报送了同一张报表", "somebody else has just handed in this return"),
        where=of(document),
        why=Text(
            f"第 {version} 版由 {by} 于 {moment}（UTC）报送",
            f"version {version} was handed in by {by} at {moment} (UTC)",
        ),
        fix=Text(
            f"先比较：xinqu return diff；仍需更正时再报，成为第 {version + 1} 版；本次未保存",
            f"compare first: xinqu return diff; hand it in again as version {version + 1} if it still differs; "
            "nothing was stored",
        ),
    )


def not_ordered(key: Key, version: int) -> Problem:
    """Return the problem of accepting a correction of released statistics that the statistics office did not order."""
    return Problem(
        code="XQ-FLOW-006",
        what=Text("已发布数据的更正须由统计机构办理", "a correction of released statistics is the statistics office's"),
        where=at(key, version),
        why=Text(
            "尚无 return.edited：它写明被更正的报表、新报表与原因",
            "there is no return.edited, which names the old return, the new one and the reason",
        ),
        fix=Text(
            "由统计机构两人办理：xinqu return edit", "have two persons of the statistics office act: xinqu return edit"
        ),
    )


def nothing_released(key: Key) -> Problem:
    """Return the problem of an order to correct a return that was never released."""
    return Problem(
        code="XQ-FLOW-007",
        what=Text("该报表没有已发布的版本", "no version of this return was released"),
        where=Where(subject=key.subject),
        fix=Text("未发布的报表直接更正报送", "correct an unreleased return by handing in a new version"),
    )


def nothing_by_then(key: Key, vintage: int | None) -> Problem:
    """Return the problem of a return or version that was not handed in by a vintage."""
    moment = "" if vintage is None else f" @{vintage}"
    return Problem(
        code="XQ-FLOW-008",
        what=Text("当时尚未报送", "it was not handed in by then"),
        where=Where(subject=f"{key.subject}{moment}"),
        fix=Text("改用较晚的版本号（事件号）", "name a later vintage (event number)"),
    )


def of(document: ReturnDocument) -> Where:
    """Return where a document's problem is."""
    return Where(file=document.filename, subject=Key.of(document).subject)


def at(key: Key, version: int) -> Where:
    """Return where a submission's problem is."""
    return Where(subject=f"{key.subject} v{version}")


def _codes(reasons: Mapping[str, Code] | Collection[str]) -> Text:
    listed = ", ".join(reasons)
    return Text(f"可用代码：{listed}", f"codes: {listed}")
