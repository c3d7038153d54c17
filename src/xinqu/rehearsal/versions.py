"""What was handed in, version by version: wide frames, and the documents that go through the door."""

import polars as pl

from xinqu.policy.pack import Pack
from xinqu.rehearsal.mistakes import CORRECTED, KEY
from xinqu.rehearsal.nation import Nation
from xinqu.returns.bulk import build_documents
from xinqu.returns.canonical import decimal_texts
from xinqu.returns.document import ReturnDocument
from xinqu.vocabulary.origin import Origin
from xinqu.vocabulary.truth import ValueState

_KEY = KEY[1:]
# A cell that does not apply says why, as the door demands of any officer.
_NOT_APPLICABLE = '{"text":"本区不涉及该项（演练）"}'


def versions(nation: Nation, form: str) -> pl.DataFrame:
    """Return the wide frame of ``form`` with a column ``version``: 1 as first handed in, 2 after a correction."""
    final = nation.returns.filter(form=form).select(*_KEY, pl.col("versions").alias("version"))
    right = nation.forms[form].join(final, on=_KEY, how="left", maintain_order="left")
    wrong = right.filter(pl.col("version") > 1).with_columns(pl.lit(1, pl.Int64).alias("version"))
    slips = nation.planted.filter(pl.col("form") == form, pl.col("kind").is_in(CORRECTED))
    for row in slips.iter_rows(named=True):
        cell = pl.all_horizontal(pl.col(name) == row[name] for name in _KEY)
        wrong = wrong.with_columns(pl.when(cell).then(row["wrong"]).otherwise(row["item"]).alias(row["item"]))
    return pl.concat([right, wrong]).sort(*_KEY, "version")


def documents(pack: Pack, nation: Nation, form: str) -> dict[tuple[str, str, str, int], ReturnDocument]:
    """Return the documents of ``form`` by (area, sub_unit, period, version); every value simulated.

    The header of each names the scope of its period, so a scope that changes shows in the return itself.
    """
    found: dict[tuple[str, str, str, int], ReturnDocument] = {}
    long = _long(pack, nation, form)
    for (version, scope), part in long.partition_by("version", "scope", as_dict=True).items():
        made = build_documents(
            pack, pack.forms[form], part.drop("version", "scope"), scope=str(scope), origin=Origin.SIMULATED
        )
        for document in made:
            header = document.header
            found[header.area, header.sub_unit, header.period, int(str(version))] = document
    return found


def _long(pack: Pack, nation: Nation, form: str) -> pl.DataFrame:
    """One row per cell, blank ones with their state."""
    wide = versions(nation, form)
    items = [item.code for item in pack.forms[form].items]
    texts = wide.with_columns(decimal_texts(wide[code]) for code in items if wide[code].dtype == pl.Float64)
    scopes = nation.returns.filter(form=form).select(*_KEY, "scope")
    long = texts.unpivot(items, index=[*_KEY, "version"], variable_name="item", value_name="value")
    states = nation.states.filter(form=form).select(*_KEY, "item", "state")
    joined = long.join(states, on=[*_KEY, "item"], how="left").join(scopes, on=_KEY, how="left")
    declared = pl.col("state") == ValueState.NOT_APPLICABLE
    return joined.with_columns(note=pl.when(declared).then(pl.lit(_NOT_APPLICABLE)))
