"""Protected tables of enterprise records for release, and their audit; what stands behind hidden cells stays inside."""

from collections.abc import Mapping

import polars as pl

from xinqu.indicators.disclosure.audit import audit
from xinqu.indicators.disclosure.cells import TOTAL
from xinqu.indicators.disclosure.release_tables import Released, measures_of, release
from xinqu.indicators.disclosure.suppress import PRIMARY, PUBLISHED, SECONDARY
from xinqu.policy.model import ReleaseTable
from xinqu.policy.pack import Pack
from xinqu.spine import permissions
from xinqu.spine.snapshot import Snapshot
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_MICRO = "enterprise_micro"


def released_tables(snapshot: Snapshot, period: str) -> list[Released]:
    """Return every group of tables of ``period``, protected; tables of one measure are protected together.

    Raises:
        Refused: XQ-DISCLOSURE-001 without scipy, -002 when the period has no accepted records.
    """
    groups = measures_of(snapshot.pack, period)
    found = [
        release(snapshot.pack, snapshot.facts[form], tables, period)
        for (form, _), tables in groups.items()
        if not snapshot.facts[form].filter(pl.col("period") == period).is_empty()
    ]
    if not found:
        raise Refused(_nothing(period))
    return found


def table_csv(pack: Pack, released: Released, table: ReleaseTable) -> bytes:
    """Return a table as CSV: codes with labels in both languages, value, contributors, state."""
    frame = released.table(table)
    for name in table.dimensions:
        labels = labels_of(pack, name)
        for lang in ("zh", "en"):
            said = {code: label.say(lang) for code, label in labels.items()}
            frame = frame.with_columns(
                pl.col(name).replace_strict(said, default=pl.col(name), return_dtype=pl.String).alias(f"{name}_{lang}")
            )
    named = [column for name in table.dimensions for column in (name, f"{name}_zh", f"{name}_en")]
    out = frame.select(
        *named, "value", pl.lit(released.measure.unit).alias("unit"), "contributors", "state",
        pl.lit(released.period).alias("period"),
    )  # fmt: skip
    return b"\xef\xbb\xbf" + out.write_csv().encode()


def labels_of(pack: Pack, dimension: str) -> dict[str, Text]:
    """Return the labels of a dimension's codes, the total and the unstated among them."""
    if dimension == "area":
        own = {code: area.name for code, area in pack.areas.items()}
        own |= {code: record.name for code, record in pack.codelists["CL_REGION"].items()}
    else:
        codes = pack.codelists.get(pack.items[dimension].codelist, {})
        own = {code: record.name for code, record in codes.items()}
    return own | {TOTAL: Text("合计", "total"), "_U": Text("未说明", "not stated")}


def audit_file(snapshot: Snapshot, found: list[Released], account: str) -> dict[str, object]:
    """Return the audit of protected tables for somebody who may read enterprise records of all areas.

    Raises:
        Refused: XQ-PERMISSION-001, -002 (exit code 3) for anybody else: it holds what hidden cells hide.
    """
    permissions.require(
        account, "read", permissions.Target(data_class=_MICRO, organisation=snapshot.pack.root, release_state="accepted"),
        pack=snapshot.pack, roles=permissions.roles_of(snapshot.workspace), realm=snapshot.realm,
    )  # fmt: skip
    return {
        "realm": str(snapshot.realm), "vintage": snapshot.vintage, "pack": snapshot.pack.sha256,
        "made_on": snapshot.as_of.isoformat(),
        "groups": [_audited(one) for one in found],
    }  # fmt: skip


def _audited(one: Released) -> dict[str, object]:
    pattern = one.protected.pattern.tolist()
    cells = one.protected.system.cells.select(*one.protected.system.dimensions)
    told = one.protected.audit.with_columns(
        cell=pl.Series(["/".join(cells.row(cell)) for cell in one.protected.audit["cell"]], dtype=pl.String)
    )
    return {
        "form": one.form, "measure": one.measure.code, "period": one.period,
        "tables": [table.id for table in one.tables], "rules": {
            name: getattr(one.protected.views.rules, name) for name in ("min_contributors", "p_pct", "dominance_n", "dominance_k_pct")
        },
        "areas": list(one.areas), "without_return": list(one.without_return), "unread": one.unread,
        "cells": {state: pattern.count(state) for state in (PUBLISHED, PRIMARY, SECONDARY)},
        "holds": one.protected.holds, "attacks": told.to_dicts(),
    }  # fmt: skip


def attacked(one: Released, published: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the attacks (``audit.SCHEMA``) on tables as somebody would publish them: cells with a value are known.

    Args:
        published: table id -> its dimensions, ``value`` and ``state`` (``reported`` is told); a cell that stands in no
            table is not told.
    """
    system = one.protected.system
    told = system.cells.select(system.dimensions).with_row_index("cell")
    known: set[int] = set()
    for table in one.tables:
        if table.id not in published:
            continue
        others = [pl.lit(TOTAL).alias(name) for name in system.dimensions if name not in table.dimensions]
        shown = published[table.id].filter(pl.col("state") == "reported").select(*table.dimensions, *others)
        known |= set(told.join(shown, on=list(system.dimensions), how="semi")["cell"].to_list())
    pattern = one.protected.pattern.astype(object).copy()
    for cell in range(system.cells.height):
        pattern[cell] = PUBLISHED if cell in known else (pattern[cell] if pattern[cell] != PUBLISHED else SECONDARY)
    return audit(one.protected.views, pattern)


def _nothing(period: str) -> Problem:
    return Problem(
        code="XQ-DISCLOSURE-002",
        what=Text(f"{period} 没有可发布的记录", f"no accepted records of {period} to make tables of"),
        where=Where(subject=period),
        why=Text("规则包列出的表取自已接收的记录表", "the pack's tables are made from accepted record returns"),
        fix=Text("先报送并接收记录表，或换一个报告期", "have record returns accepted first, or take another period"),
    )
