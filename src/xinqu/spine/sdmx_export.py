"""Gives accepted returns out as SDMX messages, as they were accepted."""

import datetime as dt
from typing import Literal

from xinqu.policy.pack import Pack
from xinqu.returns import sdmx_faults
from xinqu.returns.canonical import from_parquet
from xinqu.returns.sdmx_write import Return, write_csv, write_ml
from xinqu.shapes import statistical_return
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.problem import Refused, Where

DataFormat = Literal["csv", "ml"]


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
