"""How a change of organisations is refused, and a return of a unit that was not there."""

import datetime as dt
from collections.abc import Sequence

from xinqu.policy.model import Organisation
from xinqu.returns.document import ReturnDocument
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def none_such(name: str, on: dt.date) -> Problem:
    """An organisation that does not stand when it is to change."""
    return Problem(
        code="XQ-ORG-001",
        what=Text(f"{on} 前没有机构 {name}", f"there is no organisation {name} before {on}"),
        where=Where(subject=name),
        why=Text("未设立，或已并入、拆分", "it was not set up yet, or it was split or merged"),
        fix=Text("查看当日机构：xinqu org tree --at", "see the tree of a day: xinqu org tree --at"),
    )


def not_changeable(names: Sequence[str], kinds: Sequence[str]) -> Problem:
    """Organisations that only the pack changes, or that don't belong together."""
    return Problem(
        code="XQ-ORG-002",
        what=Text("这些机构不能这样变更", "these organisations can't be changed so"),
        where=Where(subject=", ".join(names)),
        why=Text(
            f"须为同一上级的同类机构（{'、'.join(kinds)}）；新区、省、部委由规则包变更",
            f"they must be of one parent and one kind ({', '.join(kinds)}); areas, provinces and ministries are the pack's",
        ),
        fix=Text("新区与省级变更：修改规则包后发布", "change areas and provinces in the pack and adopt it"),
    )


def how_many(predecessors: int, successors: int) -> Problem:
    """A split into one or a merger into several."""
    return Problem(
        code="XQ-ORG-003",
        what=Text("承接机构数目或编号有误", "the number or the ids of the successors are wrong"),
        where=Where(subject=f"{predecessors} -> {successors}"),
        why=Text("拆分须有两个以上承接机构，合并只有一个", "a split has at least two successors, a merger one"),
        fix=Text("改正 --into", "correct --into"),
    )


def bad_id(name: str, parent: str) -> Problem:
    """A successor's id that does not fit."""
    return Problem(
        code="XQ-ORG-003",
        what=Text("承接机构数目或编号有误", "the number or the ids of the successors are wrong"),
        where=Where(subject=name),
        why=Text(
            f"新编号写作 {parent}.<小写字母、数字>；已有机构须同类且仍在",
            f"a new id reads {parent}.<lower-case letters, digits>; one that stands must be of that kind and still there",
        ),
        fix=Text("改正 --into", "correct --into"),
    )


def unsaid() -> Problem:
    """A change without names or document."""
    return Problem(
        code="XQ-ORG-004",
        what=Text("须写明名称和文件", "names and the document are needed"),
        why=Text("机构变更以文件为据，名称中英文各一", "a change rests on a document; names are in both languages"),
        fix=Text("加 --document 文号；--into 编号=中文名=英文名", "add --document; --into ID=NAME_ZH=NAME_EN"),
    )


def not_there(document: ReturnDocument, unit: Organisation, end: dt.date) -> Problem:
    """A return of a unit that was not there at the end of its period."""
    if unit.valid_to is not None and unit.valid_to < end:
        heirs = ", ".join(unit.successors) or "-"
        why = Text(f"该单位至 {unit.valid_to}，由 {heirs} 承接", f"it stood until {unit.valid_to}; {heirs} took over")
        fix = Text(f"由 {heirs} 报送", f"have {heirs} file it")
    else:
        why = Text(f"该单位自 {unit.valid_from} 设立", f"it stands since {unit.valid_from}")
        fix = Text("由原单位的名义报送：写原单位编号", "file it under the unit that stood then")
    return Problem(
        code="XQ-ORG-005",
        what=Text(f"{unit.id} 在 {end} 不存在", f"{unit.id} was not there on {end}"),
        where=Where(file=document.filename, subject=unit.id),
        why=why,
        fix=fix,
    )
