"""Reads a file of records into a return: header, canonical rows, places, identity; every fault with its cell."""

import datetime as dt
from collections.abc import Callable

import polars as pl

from xinqu.policy.model import Form, Item
from xinqu.policy.pack import Pack
from xinqu.returns import faults
from xinqu.returns.document import RecordPlaces, ReturnDocument
from xinqu.returns.header import Expected, IsClosed, read_header
from xinqu.returns.number_cells import KINDS
from xinqu.returns.raw import RawTable
from xinqu.returns.record_file import RecordTable, read_table
from xinqu.returns.record_rows import STATES, records_sha256, sort_by_key, states_column
from xinqu.returns.record_values import Column, read_column
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_SHOWN = 20  # wrong cells of a column that are told one by one
Tell = Callable[[Where, str, Item], Problem]
_USCC = Text("18位统一社会信用代码", "a unified social credit code of 18 characters")


def read_records(
    pack: Pack, form: Form, body: bytes, filename: str, *, as_of: dt.date, expected: Expected, is_closed: IsClosed
) -> ReturnDocument:
    """Read an XLSX, CSV or Parquet file of records of ``form`` (``returns.read.read_return`` calls it).

    Raises:
        Refused: with every problem found; nothing was stored.
    """
    table = read_table(form, body, filename)
    raw = RawTable(filename, table.sheet, table.header, table.header_cells, {}, [], {})
    template, header, problems = read_header(
        pack, raw, expected=expected, as_of=as_of, is_closed=is_closed, records=True
    )
    if template.version != header.form_version:  # columns of records are not carried from one version to another
        where = raw.where_header("form_version")
        version, wanted = str(template.version), header.form_version
        problems.append(faults.other_version(where, form=form.id, found=version, expected=wanted))
    if {"code", "value"} <= set(table.texts.columns):
        raise Refused(faults.other_kind(Where(file=filename, subject=form.id), form=form.id, is_record=True))
    names, found = _columns(form, table)
    problems += found
    if table.texts.is_empty():
        problems.append(faults.empty_file(filename))
    read: list[pl.Series] = []
    for item in form.items:
        texts = table.texts[names[item.code]] if item.code in names else pl.Series([None], dtype=pl.String)
        column = read_column(pack, item, texts if item.code in names else texts.new_from_index(0, len(table.numbers)))
        read.append(column.values.alias(item.code))
        if column.states is not None or STATES in table.texts.columns:
            read.append(_states(table, item, column).alias(f"{item.code}#state"))
        for wrong, tell in ((column.wrong, _not_a_value), (column.not_finite, _not_finite)):
            problems += _told(table, names, item, wrong, tell)
    if problems:
        raise Refused(problems)
    frame = pl.DataFrame(read).with_columns(pl.Series("#number", table.numbers, dtype=pl.Int64))
    items = [item.code for item in form.items]
    with_states = frame.with_columns(states_column(form, frame)).select(*items, STATES, "#number")
    ordered = sort_by_key(form, with_states)
    rows = ordered.drop("#number")
    letters = {code: table.letters[name] for code, name in names.items()}
    return ReturnDocument(
        header=header,
        rows=rows,
        cells={},
        upload=body,
        filename=filename,
        file_sha256=sha256_hex(body),
        content_sha256=records_sha256(header, rows),
        places=RecordPlaces(table.sheet, letters, ordered["#number"].to_list()),
    )


def _columns(form: Form, table: RecordTable) -> tuple[dict[str, str], list[Problem]]:
    """Return item -> column of the file, by code or by either name; a column nobody knows is a problem."""
    known = {name: item.code for item in form.items for name in (item.name.zh, item.name.en, item.code)}
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for name in (column for column in table.texts.columns if column != STATES):
        code = known.get(name.strip().rstrip("*"))
        where = Where(file=table.filename, sheet=table.sheet, cell=f"{table.letters[name]}1", subject=name)
        if code is None:
            if table.texts[name].null_count() < table.texts.height:
                problems.append(faults.unknown_item(where, code=name, form=form.id))
        elif code in names:
            problems.append(faults.duplicate_item(where, code=code, first=table.letters[names[code]]))
        else:
            names[code] = name
    for item in form.items:
        if item.code not in names and (item.key or item.required):
            where = Where(file=table.filename, sheet=table.sheet, subject=item.code)
            problems.append(faults.no_column(where, item=item.code, form=form.id))
    return names, problems


def _states(table: RecordTable, item: Item, column: Column) -> pl.Series:
    """Return the states of an item: what words in its cells say, else what the column ``STATES`` of our own files says."""
    words = column.states if column.states is not None else pl.Series([None], dtype=pl.String)
    words = words if len(words) == len(table.numbers) else words.new_from_index(0, len(table.numbers))
    if STATES not in table.texts.columns:
        return words
    named = table.texts[STATES].str.extract(f'"{item.code}":"([a-z_]+)"')
    return words.zip_with(words.is_not_null(), named)


def _told(table: RecordTable, names: dict[str, str], item: Item, wrong: pl.Series, tell: Tell) -> list[Problem]:
    """Return a problem per wrong cell of a column, the first of them; the rest are counted."""
    rows = wrong.arg_true().to_list()
    if not rows:
        return []
    texts, letter = table.texts[names[item.code]], table.letters[names[item.code]]
    places = [
        Where(file=table.filename, sheet=table.sheet, cell=f"{letter}{table.numbers[row]}", subject=item.code)
        for row in rows[: _SHOWN + 1]
    ]
    told = [tell(where, str(texts[row]), item) for where, row in zip(places[:_SHOWN], rows, strict=False)]
    rest = len(rows) - _SHOWN
    return [*told, faults.many_more(places[_SHOWN], item=item.code, count=rest)] if rest > 0 else told


def _not_a_value(where: Where, text: str, item: Item) -> Problem:
    return faults.not_a_value(where, text=text, kind=KINDS.get(item.type, _USCC))


def _not_finite(where: Where, text: str, item: Item) -> Problem:  # noqa: ARG001 - the same signature as the other
    return faults.not_finite(where, text=text)
