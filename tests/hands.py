"""A workspace in which every return has hands of its own, and a sound monthly return for them to pass on."""

import atexit
import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import cast
from xinqu.policy.load import load_pack
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import Header
from xinqu.spine import accounts, decide, hand_in, log, scripted
from xinqu.spine.accounts import Grant
from xinqu.spine.hand_in import Upload
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace, create, open_workspace
from xinqu.store.records import StoredEvent
from xinqu.vocabulary.origin import Realm

REALM = Realm.REHEARSAL
OPENED = dt.datetime(2026, 4, 1, 1, tzinfo=dt.UTC)
MARCH = Key("xm1", "lanzhou", "2026-03")
FILER, CO_CHECKER, CHECKER = "lanzhou.filer", "lanzhou.stat.co_checker", "lanzhou.checker"
PROVINCE, ACCEPTOR = "gansu.approver", "ndrc.acceptor"
# the whole course of xm1, which the statistics office of the area co-checks before the committee approves
COURSE = (
    ("return.co_checked", CO_CHECKER),
    ("return.area_approved", CHECKER),
    ("return.province_approved", PROVINCE),
    ("return.accepted", ACCEPTOR),
)
# parts and wholes that agree: 300 + 200 = 500, every "of which" below its whole
VALUES = {
    "xm1_iva_growth": "5.1", "xm1_fai_growth": "4.2", "xm1_output": "9000", "xm1_sales": "8800",
    "xm1_export_deliv": "700", "xm1_fai": "1000", "xm1_fai_ind": "600", "xm1_fai_manu": "400", "xm1_fai_tech": "100",
    "xm1_fai_private": "300", "xm1_fai_infra": "200", "xm1_fai_estate": "150", "xm1_retail": "800", "xm1_rev": "500",
    "xm1_rev_tax": "400", "xm1_exp": "900", "xm1_exports": "300", "xm1_imports": "200", "xm1_trade": "500",
    "xm1_fdi_used": "50", "xm1_elec": "7000", "xm1_elec_ind": "5000", "xm1_new_ent": "120", "xm1_loans": "60000",
}  # fmt: skip


def workspace(folder: Path) -> Workspace:
    """Return a rehearsal workspace with the scripted accounts, copied from one that was made once in this process."""
    shutil.copytree(_template(), folder)
    return open_workspace(folder)


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="xinqu-hands-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = create(folder / "workspace", realms=[Realm.PUBLISHED, REALM])
    load_pack(cache=made.cache_dir)  # parsed here once, not in every copy
    accounts.load_organisations(made, cast.pack())
    scripted.people(made, cast.pack(), REALM, clock=lambda: OPENED)
    return folder / "workspace"


def at(day: int, hour: int = 2) -> Callable[[], dt.datetime]:
    """Return a clock that stands ``day`` days after the workspace was opened."""
    return lambda: OPENED + dt.timedelta(days=day, hours=hour)


def upload(
    period: str = "2026-03", *, area: str = "lanzhou", kind: str = "regular", sub_unit: str = "", scope: str = "S5",
    **values: str,
) -> Upload:  # fmt: skip
    """Return a sound xm1 return as CSV; ``values`` replace or (given as "") drop items."""
    rows = [
        {"item": code, "value": value, "state": "reported", "half_digit": "0", "scope": scope, "origin": "simulated",
         "note": ""}
        for code, value in sorted((VALUES | values).items())
        if value
    ]  # fmt: skip
    header = Header(form="xm1", form_version=1, area=area, period=period, kind=kind, scope=scope, sub_unit=sub_unit)
    return Upload(f"xm1_{area}_{period}.csv", write_csv_return(header, rows, origin="simulated"))


def submit(
    opened: Workspace, *uploads: Upload, account: str = FILER, day: int = 10, revision: str = "error",
    explained: bool = False,
) -> list[StoredEvent]:  # fmt: skip
    """Read, check and hand in, as the command does; ``revision`` is why a second version is handed in.

    ``explained``: with words for each warning.
    """
    taken = hand_in.examined(opened, REALM, uploads, clock=at(day))
    warned = taken.examined.findings.findings.filter(verdict="false", level="warning")["check"]
    words = dict.fromkeys(warned, "confirmed") if explained else {}
    return hand_in.submit(opened, REALM, taken, account=account, revision=revision, explanations=words, clock=at(day))


def act(
    opened: Workspace, kind: str, account: str, *, key: Key = MARCH, day: int = 11, version: int | None = None,
    **words: str,
) -> StoredEvent:  # fmt: skip
    """Take one decision, as the command does."""
    return decide.decide(opened, REALM, key, kind, account=account, version=version, words=words, clock=at(day))


def accept(opened: Workspace, *uploads: Upload, key: Key = MARCH, day: int = 10) -> list[StoredEvent]:
    """Take a return from hand-in to acceptance through five hands."""
    events = submit(opened, *uploads, day=day, explained=True)
    return events + [act(opened, kind, account, key=key, day=day) for kind, account in COURSE]


def grant(opened: Workspace, account: str, role: str, organisation: str) -> None:
    """Give an account one more role, by the two administrators."""
    given = [Grant(account=account, role=role, organisation=organisation)]
    by, second = scripted.administrator(opened, REALM), scripted.ADMINISTRATORS[1]
    accounts.grant(opened, cast.pack(), given, realm=REALM, by=by, second=second, clock=lambda: OPENED)


def stored(opened: Workspace) -> tuple[object, list[str]]:
    """Return the head of the log and every object: what a refusal must leave as it was."""
    return log.head(opened), list(opened.objects.all())
