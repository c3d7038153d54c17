"""A workspace under the act of Norland: its own people, two years of returns, one of them filed as a workbook."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook, value_cells
from xinqu.spine import accounts, decide, hand_in, policy
from xinqu.spine.accounts import Grant, Person
from xinqu.spine.hand_in import Upload
from xinqu.spine.returns import record
from xinqu.spine.steps import Decide, HandIn, Key
from xinqu.spine.workspace import Workspace, create, open_workspace
from xinqu.vocabulary.origin import Origin, Realm

FOLDER = Path(__file__).parent / "pack"
REALM = Realm.REHEARSAL
OPENED = dt.datetime(2025, 4, 1, 8, tzinfo=dt.UTC)
JUDGED_ON = dt.date(2025, 4, 1)
# role -> what an account of each organisation is called; nobody has two duties
COURSE = (
    ("return.co_checked", "registrar", "{area}.registrar"),
    ("return.area_approved", "harbour_master", "{area}"),
    ("return.province_approved", "sheriff", "{province}"),
    ("return.accepted", "port_desk", "ports"),
)
DELAY = {"eastvik": (8, 7), "sundhamn": (12, 10), "vestnes": (15, 37)}  # share of calls delayed in 2023 and 2024
BY_WORKBOOK = Key("ha", "eastvik", "2024")


def clock() -> dt.datetime:
    """Stand still on the day the workspace was opened."""
    return OPENED


def quarterly(area: str, year: int, quarter: int) -> dict[str, str]:
    """Return a sound quarterly return; Sundhamn leaves the delays of 2024-Q2 out."""
    total = 1000 * quarter
    values = {
        "hq_teu": str(total), "hq_teu_in": str(total * 0.6), "hq_teu_out": str(total * 0.4), "hq_dues": str(50 * quarter),
        "hq_calls": str(20 * quarter), "hq_delay": str(DELAY[area][year - 2023]),
    }  # fmt: skip
    return values if (area, year, quarter) != ("sundhamn", 2024, 2) else values | {"hq_delay": ""}


def annual(area: str, year: int) -> dict[str, str]:
    """Return a sound annual return; Vestnes uses more land than it was granted."""
    land = 30 if area == "vestnes" else 20 + year - 2023
    return {"ha_teu": "4000", "ha_quay": "50", "ha_land": str(land), "ha_land_cap": "27", "ha_invest": "400"}


def csv_upload(key: Key, values: dict[str, str]) -> Upload:
    """Return a return as the CSV that an officer would file."""
    rows = [
        {"item": item, "value": value, "state": "reported", "half_digit": "0", "scope": "H1", "origin": "simulated", "note": ""}
        for item, value in values.items()
        if value
    ]  # fmt: skip
    header = Header(form=key.form, form_version=1, area=key.area, period=key.period, kind="regular", scope="H1")
    return Upload(f"{key.form}_{key.area}_{key.period}.csv", write_csv_return(header, rows, origin="simulated"))


def workbook_upload(pack: Pack, key: Key, values: dict[str, str]) -> Upload:
    """Return the exported template with its cells filled as an officer would, investment in another unit."""
    form = pack.forms[key.form]
    book = openpyxl.load_workbook(io.BytesIO(export_workbook(pack, form, area=key.area, period=key.period)))
    sheet, cells = book[key.form], value_cells(form)
    for item, value in values.items():
        sheet[cells[item].cell] = float(value)
    invest = sheet[cells["ha_invest"].cell]
    invest.value = 1000 * float(values["ha_invest"])
    unit = next(cell for cell in sheet[invest.row] if cell.value == "千克朗")
    unit.value = "克朗"
    scope = next(
        row for row in sheet.iter_rows(max_row=8) if any(c.value == "口径" or "口径" in str(c.value) for c in row)
    )
    next(
        c for c in scope if c.column > 1 and not isinstance(c, openpyxl.cell.MergedCell) and "口径" not in str(c.value)
    ).value = "H1"
    out = io.BytesIO()
    book.save(out)
    return Upload(f"{key.form}_{key.area}.xlsx", out.getvalue())


@pytest.fixture(scope="session")
def norland() -> Pack:
    """The pack of Norland."""
    return load_pack(FOLDER)


def people(pack: Pack) -> dict[tuple[str, str], str]:
    """Return the account of each (role, organisation)."""
    held = {("clerk", f"{area}.office") for area in pack.areas}
    for area in pack.areas.values():
        held |= {(role, to.format(area=area.code, province=area.province_org)) for _, role, to in COURSE}
    return {(role, organisation): f"{organisation}.{role}" for role, organisation in sorted(held)}


def steps_of(pack: Pack, key: Key, values: dict[str, str]) -> Iterator[HandIn | Decide]:
    """Yield the course of one return through all hands."""
    area, staff = pack.areas[key.area], people(pack)
    upload = csv_upload(key, values)
    document = read_return(pack, upload.body, upload.name, as_of=JUDGED_ON, origin=Origin.SIMULATED)
    office = f"{key.area}.office"
    yield HandIn(
        document=document, actor=Person(account=staff["clerk", office], role="clerk", organisation=office), version=1
    )
    for kind, role, pattern in COURSE:
        if kind == "return.co_checked" and not pack.forms[key.form].co_check_org:
            continue
        organisation = pattern.format(area=key.area, province=area.province_org)
        actor = Person(account=staff[role, organisation], role=role, organisation=organisation)
        yield Decide(
            type=kind, key=key, version=1, actor=actor, data={"result": "agreed"} if kind == "return.co_checked" else {}
        )


def keys(pack: Pack) -> Iterator[tuple[Key, dict[str, str]]]:
    """Yield every return of 2023 and 2024 with its values."""
    for area in pack.areas:
        for year in (2023, 2024):
            for quarter in range(1, 5):
                yield Key("hq", area, f"{year}-Q{quarter}"), quarterly(area, year, quarter)
            yield Key("ha", area, str(year)), annual(area, year)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, norland: Pack) -> Path:
    """A workspace made by Norland's own people under Norland's own act."""
    folder = tmp_path_factory.mktemp("norland") / "workspace"
    workspace = create(folder, realms=[REALM])
    accounts.load_organisations(workspace, norland)
    accounts.bootstrap(workspace, norland, ["chief.one", "chief.two"], realm=REALM, clock=clock)
    chief = policy.administrator(workspace, "chief.one", realm=REALM, pack=norland)
    policy.adopt(workspace, REALM, chief, second="chief.two", folder=FOLDER, clock=clock)
    staff = people(norland)
    accounts.add(workspace, [(account, organisation) for (_, organisation), account in staff.items()])
    grants = [Grant(account=account, role=role, organisation=to) for (role, to), account in staff.items()]
    accounts.grant(workspace, norland, grants, realm=REALM, by=chief, second="chief.two", clock=clock)
    steps = [step for key, values in keys(norland) if key != BY_WORKBOOK for step in steps_of(norland, key, values)]
    record(workspace, norland, REALM, steps, clock=clock)
    file_workbook(workspace, norland, clock)
    return folder


def file_workbook(workspace: Workspace, pack: Pack, at: Callable[[], dt.datetime]) -> None:
    """File one return as a person does: workbook in, checks, hand-in, decisions one by one."""
    upload = workbook_upload(pack, BY_WORKBOOK, annual("eastvik", 2024))
    taken = hand_in.examined(workspace, REALM, [upload], clock=at)
    hand_in.submit(workspace, REALM, taken, account="eastvik.office.clerk", clock=at)
    for kind, account in (
        ("return.area_approved", "eastvik.harbour_master"),
        ("return.province_approved", "county_east.sheriff"),
        ("return.accepted", "ports.port_desk"),
    ):
        decide.decide(workspace, REALM, BY_WORKBOOK, kind, account=account, clock=at)


@pytest.fixture
def opened(made: Path) -> Workspace:
    """The workspace, opened for one test; tests leave it as it was."""
    return open_workspace(made)
