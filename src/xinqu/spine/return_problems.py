"""How a refused return is told: the check that fails, the move that is not allowed, the co-check that is awaited."""

from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.document import Cell, ReturnDocument
from xinqu.shapes.statistical_return import WrongMove
from xinqu.spine.accounts import Person
from xinqu.spine.steps import Key
from xinqu.validation.generated import condition_message
from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text


def error_found(pack: Pack, document: ReturnDocument, finding: Mapping[str, Any]) -> Problem:
    """Return the problem of an error-level check that is false, at the cell of its first item."""
    items, values = list(finding["items"]), list(finding["values"])
    cell = place_of(document, finding)
    shown = "，".join(f"{item} = {value}" for item, value in zip(items, values, strict=True))
    message = condition_message(pack, finding["check"])
    return Problem(
        code="XQ-RETURN-101",
        what=Text(message.zh, message.en),
        where=Where(
            file=document.filename,
            sheet=cell.sheet if cell else "",
            cell=cell.cell if cell else "",
            subject=f"{document.header.form} {document.header.area} {document.header.period}",
        ),
        why=Text(f"规则 {finding['check']}：{shown}", f"check {finding['check']}: {shown}"),
        fix=Text("改正后重新报送；本次未保存", "correct it and hand it in again; nothing was stored"),
    )


def place_of(document: ReturnDocument, finding: Mapping[str, Any]) -> Cell | None:
    """Return the cell of a finding's first item; of a record form that of the record it names."""
    items = list(finding["items"])
    if document.places is None or not items:
        return document.cells.get(items[0]) if items else None
    key = msgspec.json.decode(finding["detail"]).get("record", {})
    same = [pl.col(item).fill_null("") == value for item, value in key.items()]
    rows = document.rows.select(pl.all_horizontal(same).arg_true()).to_series().to_list() if same else []
    return document.places.cell(rows[0], items[0]) if rows else None


def more_found(document: ReturnDocument, check: str, count: int) -> Problem:
    """Return the problem of a check that more records fail than are told one by one."""
    return Problem(
        code="XQ-RETURN-110",
        what=Text(f"规则 {check} 另有 {count:,} 条记录不成立", f"check {check} fails for {count:,} more records"),
        where=Where(
            file=document.filename, subject=f"{document.header.form} {document.header.area} {document.header.period}"
        ),
        why=Text("同一规则的错误往往出于同一原因", "faults of one check mostly have one cause"),
        fix=Text(
            "用 xinqu return check 查看全部；改正后重新报送",
            "see all with xinqu return check; correct them and hand it in again",
        ),
    )


def wrong_move(key: Key, version: int, fault: WrongMove) -> Problem:
    """Return the problem of a step that the state of its submission does not allow."""
    state = fault.state or "none"
    return Problem(
        code="XQ-RETURN-102",
        what=Text(f"状态“{state}”下不能 {fault.event}", f"{fault.event} is not possible in state {state}"),
        where=_at(key, version),
        why=Text(
            f"须先处于：{'、'.join(fault.allowed_from) or '未报送'}",
            f"allowed from: {', '.join(fault.allowed_from) or 'none'}",
        ),
        fix=Text("先办前一环节：xinqu return list", "do the step before it first: xinqu return list"),
    )


def no_co_check(pack: Pack, key: Key, version: int) -> Problem:
    """Return the problem of an approval that has no co-check yet."""
    form = pack.forms[key.form]
    return Problem(
        code="XQ-RETURN-103",
        what=Text("尚未会审，不能核定", "not co-checked yet, so not to be approved"),
        where=_at(key, version),
        why=Text(f"{form.id} 由 {form.co_check_org} 会审", f"{form.id} is co-checked by the {form.co_checker}"),
        fix=Text("由会审单位先办：xinqu approve --co-check", "have that body act first: xinqu approve --co-check"),
    )


def no_right(key: Key, version: int, actor: Person, action: str, state: str) -> Problem:
    """Return the problem of an actor whose role, at his place in the tree, does not hold the right for this step."""
    who = f"{actor.role}@{actor.organisation}"
    return Problem(
        code="XQ-RETURN-106",
        what=Text(f"{actor.account} 无权对此件办理 {action}", f"{actor.account} may not {action} this return"),
        where=_at(key, version),
        why=Text(
            f"身份 {who}；状态 {state}；权限见规则包 permissions.yaml",
            f"acting as {who}, in state {state}; rights stand in permissions.yaml of the pack",
        ),
        fix=Text("由有此权限的机构和角色办理", "have an account of the body act that holds the right"),
    )


def other_co_checker(pack: Pack, key: Key, version: int, actor: Person) -> Problem:
    """Return the problem of a co-check by a body that the form does not name."""
    form = pack.forms[key.form]
    named = form.co_check_org or "-"
    return Problem(
        code="XQ-RETURN-107",
        what=Text(f"{actor.organisation} 不是本表的会审单位", f"{actor.organisation} does not co-check this form"),
        where=_at(key, version),
        why=Text(f"{form.id} 的会审单位：{named}", f"{form.id} is co-checked by: {named}"),
        fix=Text("由会审单位办理", "have that body act"),
    )


def same_return(document: ReturnDocument, other: str) -> Problem:
    """Return the problem of two files that are the same return."""
    return Problem(
        code="XQ-RETURN-109",
        what=Text("两个文件是同一张报表", "two files are the same return"),
        where=Where(file=document.filename, subject=Key.of(document).subject),
        why=Text(f"另一个是 {other}", f"the other is {other}"),
        fix=Text("只报送其中一个；都要保留时分先后两次报送", "hand in one of them, or one after the other"),
    )


def closed_now(document: ReturnDocument) -> Problem:
    """Return the problem of a regular return to a period that was locked after the file was read."""
    where = Where(file=document.filename, subject=Key.of(document).subject)
    return faults.closed_period(where, text=document.header.period)


def _at(key: Key, version: int) -> Where:
    return Where(subject=f"{key.subject} v{version}")
