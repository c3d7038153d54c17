"""Two people hand the same return in at the same moment: one wins, the other is told by whom; on both databases."""

import multiprocessing
from pathlib import Path

import pytest

import cast
import hands
from xinqu.spine import accounts, hand_in, log
from xinqu.spine.accounts import Grant, Person
from xinqu.spine.returns import record
from xinqu.spine.steps import HandIn, Key
from xinqu.spine.submissions import submissions_at
from xinqu.spine.verify import verify
from xinqu.spine.workspace import Workspace, open_workspace
from xinqu.vocabulary.problem import Refused

pytestmark = pytest.mark.xdist_group("writers")  # each starts two more processes
REALM = hands.REALM


def _hand_in(folder: Path, account: str, organisation: str, output: str, gate, answers) -> None:
    """Read and check a file, wait for the other, then hand it in as the first version."""
    opened = open_workspace(folder)
    sub_unit = organisation.partition(".")[2]
    taken = hand_in.examined(opened, REALM, [hands.upload(sub_unit=sub_unit, xm1_output=output)])
    (document,) = taken.examined.documents
    actor = Person(account=account, role="filer", organisation=organisation)
    gate.wait()
    try:
        record(opened, taken.pack, REALM, [HandIn(document=document, actor=actor, version=1)])
        answers.put((account, ""))
    except Refused as refusal:
        answers.put((account, refusal.problems[0].code + " " + refusal.problems[0].why.en))


def race(opened: Workspace, accounts_: tuple[str, str], organisation: str) -> None:
    before = set(opened.objects.all())
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(2), context.Queue()
    racers = [
        context.Process(target=_hand_in, args=(opened.dir, account, organisation, output, gate, answers))
        for account, output in zip(accounts_, ("9000", "9100"), strict=True)
    ]
    for racer in racers:
        racer.start()
    said = dict(answers.get(timeout=120) for _ in racers)
    for racer in racers:
        racer.join(30)
    (winner,) = (account for account, problem in said.items() if not problem)
    (loser,) = set(said) - {winner}
    assert said[loser].startswith(f"XQ-FLOW-005 version 1 was handed in by {winner}")
    rows = submissions_at(opened, REALM)
    assert rows.select("version", "submitted_by").rows() == [(1, winner)]
    assert log.events(opened, REALM, types=["return.submitted"]).height == 1
    assert verify(opened).problems == []
    kept = set(opened.objects.all()) - before
    named = {rows[name].item() for name in ("file_hash", "rows_hash", "cells_hash")}
    assert named <= kept  # the loser may leave objects that no event names; nothing points at them


def test_one_wins_and_the_other_is_told_on_sqlite(tmp_path):
    opened = hands.workspace(tmp_path / "workspace")
    hands.grant(opened, "lanzhou.land.filer", "filer", "lanzhou")
    race(opened, (hands.FILER, "lanzhou.land.filer"), "lanzhou")
    revised = hands.upload(xm1_output="9200")
    taken = hand_in.examined(opened, REALM, [revised])
    (event,) = hand_in.submit(opened, REALM, taken, account=hands.FILER)
    assert event.data["version"] == 2  # once seen, the other's hand-in is no obstacle


def test_one_wins_and_the_other_is_told_on_postgresql(postgresql_workspace):
    opened = postgresql_workspace
    grant = [Grant(account=cast.STRANGER[0], role="filer", organisation="lanzhou.u1")]
    accounts.grant(opened, cast.pack(), grant, realm=REALM, by=cast.administrator(), second=cast.SECOND)
    race(opened, (cast.ROLES["filer"][0], cast.STRANGER[0]), "lanzhou.u1")
    assert hand_in.next_version(opened, REALM, Key("xm1", "lanzhou", "2026-03", "u1")) == 2
