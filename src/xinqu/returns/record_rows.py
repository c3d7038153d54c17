"""Canonical rows of record forms: wide, one row per record, sorted by key; their identity, hashed column by column."""

import hashlib

import polars as pl

from xinqu.policy.model import Form
from xinqu.returns.document import Header
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.truth import ValueState

STATES = "#states"  # "" or canonical JSON {item: state} of the nulls of a record that are not missing
_BLOCK_ROWS = 100_000


def record_schema(form: Form) -> dict[str, pl.DataType]:
    """Return the columns of canonical record rows: the items in the order of the form, then ``STATES``; all String."""
    return {name: pl.String() for name in (*(item.code for item in form.items), STATES)}


def is_wide(rows: pl.DataFrame) -> bool:
    """Say whether canonical rows are those of a record form."""
    return STATES in rows.columns


def sort_by_key(form: Form, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows in canonical order: by key, equal keys by everything else; other columns go along."""
    rest = [name for name in record_schema(form) if name not in form.keys]
    return rows.sort(*form.keys, *rest, maintain_order=True)


def records_sha256(header: Header, rows: pl.DataFrame) -> str:
    """Return the identity of a record return: SHA-256 over header identity and rows as RFC 8785 lines.

    The same as ``vocabulary.canonical.rows_sha256`` of header and rows (tests hold it), a block of rows at a time.
    """
    digest = hashlib.sha256(canonical_json(header.identity()) + b"\n")
    for block in rows.iter_slices(_BLOCK_ROWS):
        lines = block.select(pl.struct(sorted(block.columns)).struct.json_encode().alias("line"))["line"]
        digest.update("\n".join(lines.to_list()).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def states_column(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Return ``STATES`` from the columns ``<item>#state`` that ``rows`` has; items without one are missing when null.

    ``rows``: the items, null unless reported.
    """
    said = [ValueState.NOT_APPLICABLE, ValueState.SUPPRESSED, ValueState.NOT_DUE]
    parts = [
        pl.when(pl.col(item).is_null() & pl.col(f"{item}#state").is_in([state.value for state in said])).then(
            pl.concat_str(pl.lit(f'"{item}":"'), pl.col(f"{item}#state"), pl.lit('"'))
        )
        for item in sorted(item.code for item in form.items)
        if f"{item}#state" in rows.columns
    ]
    if not parts:
        return pl.lit("").alias(STATES)
    joined = pl.concat_str(parts, separator=",", ignore_nulls=True)
    return pl.when(joined == "").then(pl.lit("")).otherwise("{" + joined + "}").alias(STATES)


def state_of(rows: pl.DataFrame, item: str) -> pl.Expr:
    """Return the state of an item in each of ``rows``: reported, what ``STATES`` says, or missing."""
    reported = pl.lit(ValueState.REPORTED.value)
    if not (rows[STATES] != "").any():
        named = pl.lit(None, pl.String)
    else:
        named = pl.col(STATES).str.extract(f'"{item}":"([a-z_]+)"')
    missing = pl.lit(ValueState.MISSING.value)
    return pl.when(pl.col(item).is_not_null()).then(reported).otherwise(pl.coalesce(named, missing))
