"""One workspace with both realms: real published figures and a rehearsal nation, each taken through the whole cycle."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.rehearsal.calibrate import published_calibration
from xinqu.rehearsal.difficulties import raised_by_hand
from xinqu.rehearsal.nation import AS_OF, Nation, generate
from xinqu.rehearsal.records.filed import record_documents, registers_of
from xinqu.rehearsal.script import EXPLANATION, write_script
from xinqu.rehearsal.versions import documents as nation_documents
from xinqu.returns.document import ReturnDocument
from xinqu.returns.published import published_documents
from xinqu.returns.read import read_return
from xinqu.returns.template import export_workbook
from xinqu.spine import accounts, log, policy, scripted
from xinqu.spine.accounts import Person
from xinqu.spine.explanations import EXPLAINED
from xinqu.spine.returns import Explain, record
from xinqu.spine.steps import Decide, HandIn, Key, Step
from xinqu.spine.tick import tick
from xinqu.spine.workspace import Workspace, create, now
from xinqu.store.records import NewEvent
from xinqu.vocabulary.moments import beijing_day
from xinqu.vocabulary.origin import Origin, Realm

SEED = 2019_58
_OPENED = dt.datetime(2021, 1, 4, 1, tzinfo=dt.UTC)  # first working day of the rehearsal, 9 o'clock in Beijing
_CLOSES = dt.time(15, tzinfo=dt.UTC)  # of the rehearsal's last day: after every scripted act
_TICK_SINCE = dt.date(2026, 7, 31)  # older lapses are history of the script, not work for anyone
_BASE, _GOAL = "2021", "2026"
_AS_WORKBOOKS = {("xa1", "lanzhou"), ("xa4", "lanzhou")}  # filed as workbooks; the rest of the nation files CSV
_EXTRA = ("findings", "rule", "result")

Say = Callable[[str], None]
Versions = Mapping[tuple[str, str, str, str, int], ReturnDocument]


def build(folder: Path, *, seed: int = SEED, scale: int = 1, say: Say = lambda _: None) -> Workspace:
    """Make the workspace in ``folder``, and take both realms from organisations to what time brought about."""
    workspace = create(folder, realms=(Realm.PUBLISHED, Realm.REHEARSAL))
    pack = load_pack(cache=workspace.cache_dir)
    accounts.load_organisations(workspace, pack)
    say("published")
    publish(workspace, pack)
    say("rehearsal")
    rehearse(workspace, pack, seed=seed, scale=scale)
    return workspace


def publish(workspace: Workspace, pack: Pack) -> None:
    """Bring the published figures in as backfill returns, one per area, form and period, through the common door."""
    realm = Realm.PUBLISHED
    _open(workspace, pack, realm, now)
    documents = published_documents(pack, as_of=beijing_day(now()))
    record(workspace, pack, realm, scripted.full_course(pack, documents))
    tick(workspace, realm)


def rehearse(workspace: Workspace, pack: Pack, *, seed: int, scale: int) -> None:
    """Let the rehearsal nation file five years, each return by its own hands."""
    realm = Realm.REHEARSAL
    _open(workspace, pack, realm, lambda: _OPENED)
    _set_targets(workspace, pack)
    nation = generate(pack, seed, scale=scale, calibration=published_calibration(pack))
    steps = _steps(pack, nation)
    record(workspace, pack, realm, steps, explain=_words_for_warnings(steps))
    _raise_by_hand(workspace, pack, nation)
    tick(workspace, realm, since=_TICK_SINCE, as_of=AS_OF, recorded_at=dt.datetime.combine(AS_OF, _CLOSES))


def _open(workspace: Workspace, pack: Pack, realm: Realm, clock: Callable[[], dt.datetime]) -> None:
    scripted.people(workspace, pack, realm, clock=clock)
    first = scripted.administrator(workspace, realm)
    policy.adopt(workspace, realm, first, second=scripted.ADMINISTRATORS[1], clock=clock)


def _set_targets(workspace: Workspace, pack: Pack) -> None:
    """Move each target that holds for all areas to base 2021 and target 2026: one event each, by two persons."""
    first = scripted.administrator(workspace, Realm.REHEARSAL)
    events = [
        NewEvent(
            type="target.set",
            realm=Realm.REHEARSAL,
            actor=first.account,
            organisation=first.organisation,
            role=first.role,
            subject=f"target/{target.id}",
            data={
                "target": target.id,
                "indicator": target.indicator,
                "area": target.area,
                "base_period": _BASE,
                "period": _GOAL,
                "value": target.value,
                "document": "rehearsal",
                "second_actor": scripted.ADMINISTRATORS[1],
            },
            recorded_at=_OPENED,
        )
        for target in pack.targets.values()
        if target.area == "*"
    ]
    log.append(workspace, pack, events)


def _raise_by_hand(workspace: Workspace, pack: Pack, nation: Nation) -> None:
    """Let areas raise the difficulties they meet themselves; entered at the end, each with the day it was raised."""
    closing = dt.datetime.combine(AS_OF, _CLOSES)
    events = [
        NewEvent(
            type=row["type"],
            realm=Realm.REHEARSAL,
            actor=row["actor"],
            organisation=row["organisation"],
            role=row["role"],
            subject=row["subject"],
            data={name: row[name] for name in ("difficulty", "area", "field", "text_zh", "text_en")},
            recorded_at=closing,
            effective_on=row["effective_on"],
        )
        for row in raised_by_hand(pack, nation).iter_rows(named=True)
    ]
    log.append(workspace, pack, events)


def _steps(pack: Pack, nation: Nation) -> list[Step]:
    versions: dict[tuple[str, str, str, str, int], ReturnDocument] = {
        (form, *key): document
        for form in nation.forms
        for key, document in nation_documents(pack, nation, form).items()
    }
    for place, document in versions.items():
        if place[:2] in _AS_WORKBOOKS:
            versions[place] = _as_workbook(pack, document)
    registers = registers_of(pack, nation)
    versions |= record_documents(pack, registers)
    return [_step(row, versions) for row in write_script(pack, nation, registers.returns).iter_rows(named=True)]


def _words_for_warnings(steps: Sequence[Step]) -> Explain:
    """Let each filer explain the warnings of what will stand; what goes back is corrected, not explained."""
    decisions = [step for step in steps if isinstance(step, Decide)]
    goes_back = {(step.key, step.version) for step in decisions if step.type == "return.sent_back"}
    told = {(step.key, step.version, step.data.get("rule")) for step in decisions if step.type == EXPLAINED}

    def explain(step: HandIn, check: str) -> str:
        place = (step.key, step.version)
        return "" if place in goes_back or (*place, check) in told else EXPLANATION

    return explain


def _as_workbook(pack: Pack, document: ReturnDocument) -> ReturnDocument:
    """Return the same return as an officer files it: exported, filled, read from the workbook."""
    header = document.header
    body = export_workbook(pack, pack.forms[header.form], document=document)
    name = f"{header.form}_{header.area}_{header.period}.xlsx"
    return read_return(pack, body, name, as_of=AS_OF, origin=Origin.SIMULATED)


def _step(row: Mapping[str, object], versions: Versions) -> Step:
    key = Key(str(row["form"]), str(row["area"]), str(row["period"]), str(row["sub_unit"]))
    actor = Person(account=str(row["actor"]), role=str(row["role"]), organisation=str(row["organisation"]))
    version, at, on = int(str(row["version"])), row["recorded_at"], row["effective_on"]
    if not isinstance(at, dt.datetime) or not isinstance(on, dt.date):
        raise TypeError("the script gives no time")
    if row["type"] == "return.submitted":
        document = versions[key.form, key.area, key.sub_unit, key.period, version]
        return HandIn(document=document, actor=actor, version=version, recorded_at=at, effective_on=on)
    data = {name: row[name] for name in _EXTRA if row[name] is not None}
    return Decide(
        type=str(row["type"]),
        key=key,
        version=version,
        actor=actor,
        data=data,
        reason=str(row["reason"] or ""),
        recorded_at=at,
        effective_on=on,
    )
