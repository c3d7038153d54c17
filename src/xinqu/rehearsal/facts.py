"""The nation as facts frames: what engines read once every return of it is accepted."""

from collections.abc import Mapping

import polars as pl

from xinqu.engines.facts import KEYS, ORIGIN, STATE, facts_schema
from xinqu.policy.pack import Pack
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.truth import ValueState


def facts_of(
    pack: Pack, forms: Mapping[str, pl.DataFrame], returns: pl.DataFrame, states: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Return the facts frame of each form (docs/architecture.md); all values entered exactly, origin simulated.

    Args:
        forms: wide frames (``Nation.forms``, or with wrong values put in).
        returns, states: those of the nation. A null cell without a state is missing.

    The submission is named by its key, not by a hash, and the event is its place in the list of returns.
    """
    numbered = returns.with_row_index("event", offset=1).with_columns(pl.col("event").cast(pl.Int64))
    return {form: _facts(pack, form, frame, numbered, states.filter(form=form)) for form, frame in forms.items()}


def _facts(pack: Pack, form: str, frame: pl.DataFrame, numbered: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    keys = list(KEYS)
    scopes = numbered.filter(form=form).select(*keys, "event", "scope_key")
    wide = frame.join(scopes, on=keys, how="left", maintain_order="left").with_columns(
        submission=pl.concat_str([pl.lit(form), *keys], separator="/")
    )
    columns: list[pl.Expr] = []
    for item in pack.forms[form].items:
        code = item.code
        null = pl.col(code).is_null()
        state = pl.when(null).then(pl.lit(ValueState.MISSING.value)).otherwise(pl.lit(ValueState.REPORTED.value))
        blanks = states.filter(item=code)
        if not blanks.is_empty():
            named = f"{code}#named"
            wide = wide.join(
                blanks.select(*keys, pl.col("state").alias(named)), on=keys, how="left", maintain_order="left"
            )
            state = pl.when(null).then(pl.coalesce(named, state)).otherwise(state)
        columns += [
            state.cast(STATE).alias(f"{code}#state"),
            pl.when(~null).then(pl.lit(0.0)).alias(f"{code}#half"),
            pl.col("scope_key").cast(pl.Categorical).alias(f"{code}#scope"),
            pl.lit(Origin.SIMULATED.value).cast(ORIGIN).alias(f"{code}#origin"),
        ]
    return wide.with_columns(columns).select(list(facts_schema(pack, form)))
