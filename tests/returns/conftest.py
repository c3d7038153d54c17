"""Shared by the tests of returns: the pack, a filled workbook."""

from collections.abc import Callable

import pytest
from return_files import AS_OF

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header, ReturnDocument
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.vocabulary.problem import Problem, Refused


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="session")
def filled(pack) -> ReturnDocument:
    """A complete xm1 return of Lanzhou for March 2026, read from CSV."""
    rows = [
        {
            "item": item.code,
            "value": str(1_000 + number),
            "state": "reported",
            "half_digit": "0",
            "scope": "S5",
            "origin": "reported",
            "note": "",
        }
        for number, item in enumerate(pack.forms["xm1"].items)
    ]
    header = Header(form="xm1", form_version=1, area="lanzhou", period="2026-03", scope="S5")
    return read_return(pack, write_csv_return(header, rows), "lanzhou.csv", as_of=AS_OF)


@pytest.fixture(scope="session")
def workbook(pack, filled) -> bytes:
    """The same return as a workbook, exported for Lanzhou and March."""
    return export_workbook(pack, pack.forms["xm1"], area="lanzhou", period="2026-03", document=filled)


@pytest.fixture
def refused(pack) -> Callable[..., list[Problem]]:
    """Read bytes and return the problems, which there must be."""

    def read(body: bytes, filename: str = "return.xlsx", **options) -> list[Problem]:
        with pytest.raises(Refused) as caught:
            read_return(pack, body, filename, as_of=options.pop("as_of", AS_OF), **options)
        return list(caught.value.problems)

    return read
