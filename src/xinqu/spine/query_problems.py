"""How a query about a cell, or its answer, is refused."""

from collections.abc import Collection, Mapping

from xinqu.spine.steps import Key
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Text


def no_item(key: Key, item: str) -> Problem:
    """Return the problem of an item that the form does not have."""
    return Problem(
        code="XQ-QUERY-001",
        what=Text(f"{key.form} 没有指标项“{item}”", f"{key.form} has no item {item!r}"),
        where=Where(subject=key.subject),
        fix=Text("写出该表的指标项代码：xinqu return show", "name an item of the form: xinqu return show"),
    )


def no_record(key: Key, record: Mapping[str, str], keys: Collection[str] = ()) -> Problem:
    """Return the problem of a record that the return does not hold, or that is not named by its whole key."""
    said = ", ".join(f"{name}={value}" for name, value in record.items()) or "-"
    needed = ", ".join(keys)
    why = (
        Text(f"须写明主键：{needed}", f"the key of the record is needed: {needed}")
        if keys
        else Text("该报表中没有这条记录", "the return does not hold it")
    )
    return Problem(
        code="XQ-QUERY-002",
        what=Text(f"没有记录 {said}", f"there is no record {said}"),
        where=Where(subject=key.subject),
        why=why,
        fix=Text("加 --record 项=值", "add --record ITEM=VALUE"),
    )


def no_text() -> Problem:
    """Return the problem of a query or answer without words."""
    return Problem(
        code="XQ-QUERY-003",
        what=Text("没有写明内容", "it says nothing"),
        fix=Text("加 --text 内容", "add --text"),
    )


def no_query(query: int) -> Problem:
    """Return the problem of a number that is no query."""
    return Problem(
        code="XQ-QUERY-004",
        what=Text(f"没有提问 #{query}", f"there is no query #{query}"),
        where=Where(subject=f"#{query}"),
        fix=Text("查看：xinqu return queries", "see xinqu return queries"),
    )


def answered_already(query: int) -> Problem:
    """Return the problem of a second answer."""
    return Problem(
        code="XQ-QUERY-005",
        what=Text(f"提问 #{query} 已经答复", f"query #{query} is answered already"),
        where=Where(subject=f"#{query}"),
        fix=Text("需要补充时由提问方再问", "let the body that asked put another one"),
    )


def own_query(query: int, account: str) -> Refused:
    """Return the refusal of somebody who answers his own query."""
    return Refused(
        Problem(
            code="XQ-QUERY-006",
            what=Text(f"{account} 不能答复自己的提问", f"{account} can't answer a query of its own"),
            where=Where(subject=f"#{query}"),
            why=Text("职责分离 P-03", "separation of duties, P-03"),
            fix=Text("由填报人或新区其他人员答复", "have the filer or somebody else of the area answer"),
        ),
        Exit.NOT_PERMITTED,
    )
