"""Speed of the door for records: reading a file of cases in each format beside a reader that only returns columns.

    python benchmarks/records.py [--records 300000] [--rounds 3]

Ours reads the header, values as people write them, states, key order, places and the identity; the peers give columns of
texts: Polars for CSV and Parquet, fastexcel for the workbook (a tenth of the records). Writing the identity is measured
beside the readable way, one RFC 8785 line after the other.
"""

import argparse
import datetime as dt
import io

import fastexcel
import polars as pl
from measure import alternate, compare, heading

from xinqu.policy.load import load_pack
from xinqu.rehearsal.records.registers import records
from xinqu.returns.filled import filled_file
from xinqu.returns.read import read_return
from xinqu.returns.record_bulk import build_record_documents
from xinqu.returns.record_rows import records_sha256
from xinqu.vocabulary.canonical import rows_sha256

FORM, AREA, PERIOD, SEED = "xr3", "lanzhou", "2025-11", 58
AS_OF = dt.date(2026, 1, 20)
PEERS = {
    "csv": lambda body: pl.read_csv(io.BytesIO(body), infer_schema=False, comment_prefix="#"),
    "parquet": lambda body: pl.read_parquet(io.BytesIO(body)),
    "xlsx": lambda body: fastexcel.read_excel(body).load_sheet(0, header_row=None, dtypes="string").to_polars(),
}
NAMES = {"csv": "Polars", "parquet": "Polars", "xlsx": "fastexcel"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pack = load_pack()
    heading("Records", "polars", "fastexcel")
    for ending, peer in PEERS.items():
        count = options.records // 10 if ending == "xlsx" else options.records
        frame = records(FORM, [AREA], PERIOD, each=count, seed=SEED)
        [document] = build_record_documents(pack, pack.forms[FORM], frame, scope="S5")
        body = filled_file(pack, document, ending)
        jobs = {
            "ours": lambda body=body, name=f"x.{ending}": read_return(pack, body, name, as_of=AS_OF),
            NAMES[ending]: lambda body=body, peer=peer: peer(body),
        }
        compare(f"read {count:,} records, {ending}", alternate(options.rounds, jobs))
    rows = document.rows
    lines = {
        "ours": lambda: records_sha256(document.header, rows),
        "by the line": lambda: rows_sha256([document.header.identity(), *rows.iter_rows(named=True)]),
    }
    compare(f"identity of {rows.height:,} records", alternate(options.rounds, lines))


if __name__ == "__main__":
    main()
