"""How it is told that a warning waits for words, or that words cannot be judged."""

from collections.abc import Sequence

from xinqu.policy.pack import Pack
from xinqu.spine.steps import Key
from xinqu.validation.generated import condition_message
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

_SHOWN = 3


def unknown_check(key: Key, version: int, check: str) -> Problem:
    """Return the problem of an explanation of a check that the pack does not have."""
    return Problem(
        code="XQ-EXPLANATION-001",
        what=Text(f"没有校核规则“{check}”，说明无处可归", f"there is no check {check!r} to explain"),
        where=_at(key, version),
        fix=Text("查看未成立的规则：xinqu return explanations", "see which are false: xinqu return explanations"),
    )


def nothing_to_judge(key: Key, version: int, check: str) -> Problem:
    """Return the problem of judging words that nobody wrote, or that were judged so already."""
    return Problem(
        code="XQ-EXPLANATION-002",
        what=Text(f"{check} 没有可认可或不认可的说明", f"there is no explanation of {check} to be judged so"),
        where=_at(key, version),
        why=Text("尚无说明，或已作此认定", "nobody explained it yet, or it was judged so before"),
        fix=Text("查看说明：xinqu return explanations", "see the explanations: xinqu return explanations"),
    )


def not_explained(pack: Pack, key: Key, version: int, waiting: Sequence[tuple[str, str]]) -> Problem:
    """Return the problem of an approval while a warning has no explanation, or a refused one."""
    told = [(check, condition_message(pack, check)) for check, _ in waiting[:_SHOWN] if _is_known(pack, check)]
    refused = [check for check, stands in waiting if stands]
    more = len(waiting) - len(told)
    because_zh = f"；说明未获认可：{'、'.join(refused)}" if refused else ""
    because_en = f"; refused before: {', '.join(refused)}" if refused else ""
    return Problem(
        code="XQ-EXPLANATION-003",
        what=Text(
            f"有 {len(waiting)} 条警告未经说明，不能核定",
            f"{len(waiting)} warnings are not explained, so not to be approved",
        ),
        where=_at(key, version),
        why=Text(
            "；".join(f"{check} {words.zh}" for check, words in told)
            + (f"；另 {more} 条" if more else "")
            + because_zh,
            "; ".join(f"{check} {words.en}" for check, words in told) + (f"; {more} more" if more else "") + because_en,
        ),
        fix=Text(
            "由报送单位说明：xinqu approve explain … --rule 规则 --reason 说明；或退回更正",
            "have the filer explain: xinqu approve explain … --rule CHECK --reason WORDS; or send it back",
        ),
    )


def _is_known(pack: Pack, check: str) -> bool:
    """Say whether the pack in force still has a check that was false at hand-in."""
    try:
        condition_message(pack, check)
    except KeyError:
        return False
    return True


def _at(key: Key, version: int) -> Where:
    return Where(subject=f"{key.subject} v{version}")
