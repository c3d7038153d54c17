"""The published realm as the system sees it: published figures -> backfill returns -> facts -> findings and figures."""

import datetime as dt
import functools

import msgspec
import polars as pl
import pytest

from example_facts import pack
from xinqu.engines.facts import rows_to_facts
from xinqu.indicators.compile import compile_figures
from xinqu.indicators.trace_model import Filed
from xinqu.returns.canonical import documents_to_long
from xinqu.returns.document import ReturnDocument
from xinqu.returns.published import not_entered, published_documents
from xinqu.validation.findings import Findings
from xinqu.validation.run import validate_all

AS_OF = dt.date(2026, 11, 16)


class Realm(msgspec.Struct, frozen=True, kw_only=True):
    documents: list[ReturnDocument]
    facts: dict[str, pl.DataFrame]
    checked: Findings
    figures: pl.DataFrame
    values: pl.DataFrame  # one row per reported value: form, area, period, item, value, scope, note (decoded)
    refused: pl.DataFrame  # published figures that fill no cell, with the reason
    filed: dict[str, Filed]


@functools.cache
def published_realm() -> Realm:
    documents = published_documents(pack(), as_of=AS_OF)
    long = documents_to_long(documents).with_columns(event=pl.lit(1))
    forms = long["form"].unique().sort().to_list()
    facts = {form: rows_to_facts(pack(), form, long.filter(form=form)) for form in forms}
    return Realm(
        documents=documents,
        facts=facts,
        checked=validate_all(pack(), facts, kind="backfill"),
        figures=compile_figures(pack(), facts, as_of=AS_OF),
        values=long.filter(state="reported"),
        refused=not_entered(pack()),
        filed={
            document.content_sha256: Filed(
                kind=document.header.kind,
                filename=document.filename,
                file_sha256=document.file_sha256,
                cells=document.cells,
                notes=dict(zip(document.rows["item"], document.rows["note"], strict=True)),
            )
            for document in documents
        },
    )


@pytest.fixture(scope="session")
def realm() -> Realm:
    return published_realm()
