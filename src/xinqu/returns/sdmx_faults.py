"""What is said when an SDMX message is refused (XQ-SDMX-NNN); what a return in it lacks keeps the codes of returns."""

from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

_SHOWN = 200
_EXPORT = Text(
    "用 xinqu sdmx structure 取得现行结构后重新生成",
    "get the structures in force by xinqu sdmx structure and write the message again",
)


def _problem(code: str, where: Where, *, what: Text, why: Text, fix: Text) -> Problem:
    return Problem(code=code, where=where, what=what, why=why, fix=fix)


def no_library(module: str) -> Problem:
    """The optional packages are not installed."""
    return _problem(
        "XQ-SDMX-001", Where(subject=module),
        what=Text("本机没有安装 SDMX 组件", "the SDMX packages are not installed on this machine"),
        why=Text(f"缺少 {module}", f"{module} is missing"),
        fix=Text("安装 xinqu[sdmx]", "install xinqu[sdmx]"),
    )  # fmt: skip


def unreadable(where: Where, *, reason: str) -> Problem:
    """No SDMX message, or one that its own standard refuses."""
    shown = " ".join(reason.split())
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return _problem(
        "XQ-SDMX-002", where,
        what=Text("不是可读的 SDMX 报文", "this is not an SDMX message that can be read"),
        why=Text(shown, shown),
        fix=Text("改为 SDMX-CSV 2.0 或 SDMX-ML 3.0（结构定义数据）",
                 "write it as SDMX-CSV 2.0 or SDMX-ML 3.0 structure-specific data"),
    )  # fmt: skip


def other_flow(where: Where, *, found: str, known: str) -> Problem:
    """Data of a dataflow that is none of the pack's area forms."""
    return _problem(
        "XQ-SDMX-003", where,
        what=Text(f"数据流“{found}”不是本规则包的报表", f"dataflow {found!r} is no form of this pack"),
        why=Text(f"可收：{known}", f"these are taken: {known}"),
        fix=_EXPORT,
    )  # fmt: skip


def other_version(where: Where, *, found: str, expected: str) -> Problem:
    """A dataflow of another version of the form."""
    return _problem(
        "XQ-SDMX-004", where,
        what=Text(f"数据流版本是 {found}，现行 {expected}", f"the dataflow is version {found}, in force is {expected}"),
        why=Text("首位数字是报表版本，不同版本的指标和单位可能不同",
                 "the first number is the version of the form: items and units may differ between versions"),
        fix=_EXPORT,
    )  # fmt: skip


def no_deletion(where: Where, *, action: str) -> Problem:
    """An action that deletes."""
    return _problem(
        "XQ-SDMX-005", where,
        what=Text(f"动作“{action}”不予受理：报送不能删除", f"action {action!r} is refused: a return can't be deleted"),
        why=Text("已报送的内容永久留痕，更正以新的一次报送表达",
                 "what was handed in stays on record; a correction is a new version of the return"),
        fix=Text("去掉删除行，把更正后的整份报表以 R 或 M 报送",
                 "remove the rows that delete and send the whole corrected return with R or M"),
    )  # fmt: skip


def unknown_action(where: Where, *, action: str) -> Problem:
    """An action that SDMX does not know."""
    return _problem(
        "XQ-SDMX-006", where,
        what=Text(f"不认识的动作“{action}”", f"unknown action {action!r}"),
        why=Text("可用：I、A、M、R", "these are taken: I, A, M, R"),
        fix=Text("改正 ACTION 列", "correct the column ACTION"),
    )  # fmt: skip


def missing_components(where: Where, *, names: list[str]) -> Problem:
    """Dimensions without a column."""
    shown = ", ".join(names)
    return _problem(
        "XQ-SDMX-007", where,
        what=Text(f"缺少 {shown}", f"{shown} is missing"),
        why=Text("每个观测值须给出全部维度", "each observation must name all its dimensions"),
        fix=_EXPORT,
    )  # fmt: skip


def unknown_components(where: Where, *, names: list[str]) -> Problem:
    """Columns or XML attributes that the data structure does not have."""
    shown = ", ".join(names)
    return _problem(
        "XQ-SDMX-008", where,
        what=Text(f"数据结构没有 {shown}", f"the data structure has no {shown}"),
        why=Text("不认识的内容不会被悄悄丢弃", "what is not understood is not dropped silently"),
        fix=_EXPORT,
    )  # fmt: skip


def wrong_code(where: Where, *, component: str, text: str, admitted: str) -> Problem:
    """A code that the component's list does not hold, or not for this form or area."""
    return _problem(
        "XQ-SDMX-009", where,
        what=Text(f"{component} 的代码“{text}”不可用", f"{component} can't be {text!r} here"),
        why=Text(f"可用：{admitted}", f"these are taken: {admitted}"),
        fix=Text("按代码表改正", "correct it by the code list"),
    )  # fmt: skip


def no_observations(where: Where) -> Problem:
    """A message that holds no observation."""
    return _problem(
        "XQ-SDMX-010", where,
        what=Text("报文中没有观测值", "the message holds no observation"),
        why=Text("没有内容可作为报送", "there is nothing to hand in"),
        fix=Text("核对导出条件", "check what the message was exported for"),
    )  # fmt: skip


def several_values(where: Where, *, component: str, values: list[str]) -> Problem:
    """An attribute of the whole return with more than one value."""
    shown = ", ".join(values[:4])
    return _problem(
        "XQ-SDMX-011", where,
        what=Text(f"同一份报表的 {component} 有 {shown}", f"one return has {component} {shown}"),
        why=Text("它对整份报表只有一个值", "it holds for the whole return"),
        fix=Text("统一为一个值", "give it one value"),
    )  # fmt: skip


def nothing_accepted(where: Where) -> Problem:
    """No accepted return for what is to be exported."""
    return _problem(
        "XQ-SDMX-012", where,
        what=Text("没有已接收的报表可导出", "there is no accepted return to export"),
        why=Text("只导出已接收的报表", "only accepted returns are exported"),
        fix=Text("用 xinqu return list 查看各份报表的状态", "see the state of each return by xinqu return list"),
    )  # fmt: skip
