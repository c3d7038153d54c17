"""The rehearsal makes about 6,200 small returns: the bulk path must stay far under a millisecond each."""

import time

import polars as pl

from xinqu.policy.load import load_pack
from xinqu.returns.bulk import build_documents

LIMIT_MS = 1.0  # measured 0.06 ms on 2 cores; the limit leaves room for a busy machine


def test_a_thousand_returns_take_less_than_a_second():
    pack = load_pack()
    form = pack.forms["xm1"]
    keys = [
        (area, f"{year}-{month:02d}") for area in pack.areas for year in range(2021, 2026) for month in range(2, 13)
    ]
    values = {item.code: [str(n) for n in range(len(keys))] for item in form.items}
    wide = pl.DataFrame({"area": [k[0] for k in keys], "period": [k[1] for k in keys], **values})
    start = time.perf_counter()
    documents = build_documents(pack, form, wide, scope=dict.fromkeys(pack.areas, "S1"))
    each_ms = (time.perf_counter() - start) * 1000 / len(documents)
    assert len(documents) == 1045
    assert each_ms < LIMIT_MS
