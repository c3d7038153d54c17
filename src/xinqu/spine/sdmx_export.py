"""Gives accepted returns out as SDMX messages, as they were accepted."""

import datetime as dt
from typing import Literal

import polars as pl

from xinqu.policy.model import Form
from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_faults
from xinqu.returns import sdmx_names as names
from xinqu.returns.canonical import from_parquet
from xinqu.returns.sdmx_write import Return, observations, write_csv, write_ml
from xinqu.shapes import statistical_return
from xinqu.spine.sdmx_query import DataQuery, matches, nothing_found, too_large
from xinqu.spine.snapshot import Snapshot
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused, Where

DataFormat = Literal["csv", "ml"]
MOST_RETURNS = 3_000  # of one answer; nineteen areas with their sub-units and five years of a monthly form are fewer


def export_returns(
    workspace: Workspace,
    pack: Pack,
    realm: Realm,
    form: str,
    *,
    area: str | None = None,
    period: str | None = None,
    data_format: DataFormat = "csv",
    prepared: dt.datetime,
) -> tuple[bytes, int]:
    """Return a message of the last accepted returns of a form, and how many returns it holds.

    Args:
        workspace: where they are kept.
        pack: the pack in force in the realm.
        realm: the realm; a rehearsal's SDMX-ML is marked as a test, and every value bears its origin.
        form: an area form.
        area: area code with all its sub-units, None for all areas.
        period: period text, None for all.
        data_format: ``csv`` for SDMX-CSV 2.0, ``ml`` for SDMX-ML 3.0.
        prepared: the time the SDMX-ML bears.

    Raises:
        Refused: XQ-SDMX-012 when there is none.
    """
    wanted = {name: text for name, text in (("area", area), ("period", period)) if text}
    found = statistical_return.current(submissions_at(workspace, realm)).filter(form=form, **wanted)
    if found.is_empty():
        raise Refused(sdmx_faults.nothing_accepted(Where(subject=" ".join([form, *wanted.values()]))))
    returns = [Return(*from_parquet(workspace.objects.get(name))) for name in found["rows_hash"].to_list()]
    if data_format == "csv":
        return write_csv(pack, returns), len(returns)
    message_id = "_".join([form, *wanted.values()])
    is_test = realm is Realm.REHEARSAL
    return write_ml(pack, returns, prepared=prepared, message_id=message_id, test=is_test), len(returns)


def answer(snapshot: Snapshot, form: Form, query: DataQuery) -> pl.DataFrame:
    """Return the observations of ``form`` that a query asks for, of what ``snapshot`` holds for its viewer.

    ``snapshot`` comes from ``release_sight.seen_by``. Notes of officers stay inside, unless the viewer sees all.

    Raises:
        Refused: XQ-SDMX-022 when there is none, -024 when it asks for more than ``MOST_RETURNS`` returns.
    """
    pack = snapshot.pack
    units = {code: pair for pair, code in names.sub_unit_codes(pack).items()}
    found = statistical_return.current(snapshot.submissions).filter(form=form.id)
    # whole returns are chosen first, by what their heads say; of others not one row is read
    heads = _heads(pack, form, found, {pair: code for code, pair in units.items()})
    chosen = found.filter(heads.select(matches(_of_heads(query))).to_series())
    if chosen.height > MOST_RETURNS:
        raise Refused(too_large(chosen.height, MOST_RETURNS))
    returns = [Return(*from_parquet(snapshot.workspace.objects.get(name))) for name in chosen["rows_hash"].to_list()]
    frame = observations(pack, returns)
    if snapshot.sees is not None:
        frame = frame.with_columns(NOTE=pl.lit(None, pl.String))
    frame = frame.filter(matches(query))
    if frame.is_empty():
        raise Refused(nothing_found(form.id))
    return frame


def _heads(pack: Pack, form: Form, found: pl.DataFrame, units: dict[tuple[str, str], str]) -> pl.DataFrame:
    codes = [units.get((a, u), "") if u else names.WHOLE_AREA for a, u in found.select("area", "sub_unit").iter_rows()]
    frequency = names.FREQUENCY_CODES[pack.forms[form.id].frequency]
    return found.select(
        pl.lit(frequency).alias("FREQ"), pl.col("area").alias("REF_AREA"), pl.Series("SUB_UNIT", codes, pl.String),
        pl.lit("").alias("ITEM"), pl.col("period").alias("TIME_PERIOD"),
    )  # fmt: skip


def _of_heads(query: DataQuery) -> DataQuery:
    """Return the part of a query that the head of a return can answer: everything but items and other components."""
    keys = tuple((frequency, area, unit, ()) for frequency, area, unit, _ in query.keys)
    known = {name: query.conditions[name] for name in query.conditions if name in names.DIMENSIONS and name != "ITEM"}
    return DataQuery(keys=keys, conditions=known)
