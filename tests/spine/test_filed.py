"""What was filed goes back to those who may read it alone: enterprise data to the area and its statistics office."""

import json

import pytest

import cast
import hands
from xinqu.returns.filled import ENDINGS, filled_file
from xinqu.returns.read import read_return
from xinqu.spine import filed, log
from xinqu.spine.steps import Key
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.origin import Origin, Realm
from xinqu.vocabulary.problem import Refused

ENTERPRISES, CASES = Key("xr1", "lanzhou", "2025"), Key("xr3", "lanzhou", "2026-03")
OWN_AREA = ("lanzhou.filer", "lanzhou.checker", "lanzhou.stat.co_checker")
AUDITOR = "cnao.auditor"


@pytest.fixture
def opened(tmp_path) -> Workspace:
    return hands.workspace(tmp_path / "workspace")


def readers(opened, key, state="accepted"):
    """Return which of all scripted accounts may read a return."""
    accounts = {held.account for held in filed.roles_of(opened) if held.realm == hands.REALM}
    return {account for account in sorted(accounts) if may_read(opened, key, state, account)}


def may_read(opened, key, state, account):
    try:
        filed.require_reader(opened, cast.pack(), hands.REALM, key, state, account=account, clock=hands.at(20))
    except Refused as refused:
        return refused.exit_code != 3
    return True


def test_enterprise_records_stay_in_the_area_and_its_statistics_office(opened):
    assert set(OWN_AREA) <= readers(opened, ENTERPRISES)
    reading = readers(opened, ENTERPRISES)
    assert {account.split(".")[0] for account in reading} == {"lanzhou", "cnao"}
    assert "lanzhou.ind.filer" not in reading


def test_registers_without_enterprise_figures_are_read_above_too(opened):
    reading = readers(opened, CASES)
    assert {"lanzhou.svc.filer", "lanzhou.checker", "gansu.approver", "ndrc.acceptor"} <= reading
    assert not {account for account in reading if account.startswith("nansha.")}


def test_area_returns_are_read_from_the_state_on_that_the_pack_says(opened):
    assert hands.ACCEPTOR not in readers(opened, hands.MARCH, "submitted")
    assert {hands.ACCEPTOR, hands.PROVINCE, *OWN_AREA} <= readers(opened, hands.MARCH, "accepted")


def test_what_the_auditor_reads_is_logged_with_the_question(opened):
    filed.require_reader(opened, cast.pack(), hands.REALM, ENTERPRISES, "accepted", account=AUDITOR, clock=hands.at(20))
    data = [json.loads(text) for text in log.events(opened, hands.REALM, types=["read.logged"])["data"]]
    assert [(one["account"], one["data_class"]) for one in data] == [(AUDITOR, "enterprise_micro")]
    assert json.loads(opened.objects.get(data[0]["query_hash"]))["form"] == "xr1"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_filed_return_comes_back_as_the_file_that_is_asked_for(opened, ending):
    sent = hands.upload()
    hands.submit(opened, sent)
    pack, document = filed.filed_return(opened, hands.REALM, hands.MARCH, account=hands.FILER, clock=hands.at(20))
    assert document.upload == sent.body
    body = filled_file(pack, document, ending)
    back = read_return(pack, body, f"x.{ending}", as_of=hands.at(20)().date(), origin=Origin.SIMULATED)
    assert (back.content_sha256, back.header) == (document.content_sha256, document.header)


def test_published_figures_are_everybodys(opened):
    key = Key("xq1", "nansha", "2023-Q4")
    filed.require_reader(opened, cast.pack(), Realm.PUBLISHED, key, "accepted", account="", clock=hands.at(20))
