"""A query addresses a cell of a submission; the level that asked can't approve before it is answered by somebody else."""

import pytest

import hands
from hands import ACCEPTOR, CHECKER, CO_CHECKER, FILER, MARCH, PROVINCE, act, submit, upload
from xinqu.shapes import statistical_return
from xinqu.spine import log, queries
from xinqu.spine.submissions import submissions_at
from xinqu.spine.workspace import Workspace
from xinqu.vocabulary.problem import Exit, Refused

REALM = hands.REALM


@pytest.fixture
def opened(tmp_path) -> Workspace:
    made = hands.workspace(tmp_path / "workspace")
    submit(made, upload())
    return made


def ask(opened: Workspace, account: str, item: str = "xm1_output", text: str = "ten times last month?", day: int = 11):
    return queries.ask(opened, REALM, MARCH, item, text, account=account, clock=hands.at(day))


def answer(opened: Workspace, query: int, account: str = FILER, day: int = 12):
    return queries.answer(opened, REALM, query, "a new works", account=account, clock=hands.at(day))


def refused(step, code: str, exit_code: Exit = Exit.REFUSED) -> Refused:
    with pytest.raises(Refused, match=code) as caught:
        step()
    assert caught.value.exit_code is exit_code
    return caught.value


def test_a_query_and_its_answer_are_events_with_salted_texts(opened):
    asked = ask(opened, CO_CHECKER)
    answered = answer(opened, asked.seq)
    assert (asked.data["cell"], asked.data["version"], answered.data["query"]) == ("xm1_output", 1, asked.seq)
    (row,) = queries.queries(opened, REALM, key=MARCH).to_dicts()
    assert (row["text"], row["answer"], row["is_open"]) == ("ten times last month?", "a new works", False)
    assert (row["role"], row["asked_by"], row["answered_by"]) == ("stat_office", CO_CHECKER, FILER)
    for event in (asked, answered):
        assert event.objects == (event.data["text"],)
        assert b"ten times" not in event.hash.encode()


def test_the_level_that_asked_approves_after_the_answer_alone(opened):
    asked = ask(opened, CO_CHECKER)
    found = refused(lambda: act(opened, "return.co_checked", CO_CHECKER), "XQ-FLOW-001")
    assert f"#{asked.seq}" in found.problems[0].why.en
    answer(opened, asked.seq)
    act(opened, "return.co_checked", CO_CHECKER, day=12)
    own = ask(opened, CHECKER, day=12)
    refused(lambda: act(opened, "return.area_approved", CHECKER, day=12), "XQ-FLOW-001")
    answer(opened, own.seq)
    assert act(opened, "return.area_approved", CHECKER, day=13).type == "return.area_approved"


def test_an_open_query_of_a_level_does_not_hold_up_another(opened):
    """The statistics office's question waits for the filer; the province's approval waits for the province's alone."""
    act(opened, "return.co_checked", CO_CHECKER)
    ask(opened, CO_CHECKER)
    act(opened, "return.area_approved", CHECKER)
    ask(opened, PROVINCE)
    refused(lambda: act(opened, "return.province_approved", PROVINCE), "XQ-FLOW-001")
    open_ones = submissions_at(opened, REALM)["open_queries"].item()
    assert len(open_ones) == 2


def test_open_queries_can_be_answered_by_sending_the_return_back_too(opened):
    asked = ask(opened, CHECKER)
    act(opened, "return.sent_back", CHECKER, reason="see the query", findings="")
    assert answer(opened, asked.seq).type == "return.answered"


def test_the_area_answers_for_the_province_but_nobody_answers_himself(opened):
    act(opened, "return.co_checked", CO_CHECKER)
    act(opened, "return.area_approved", CHECKER)
    asked = ask(opened, PROVINCE)
    refused(lambda: answer(opened, asked.seq, PROVINCE), "XQ-QUERY-006", Exit.NOT_PERMITTED)
    assert answer(opened, asked.seq, CHECKER).organisation == "lanzhou"
    refused(lambda: answer(opened, asked.seq), "XQ-QUERY-005")


WRONG = [
    ("an item of another form", lambda opened: ask(opened, CHECKER, "xq1_gdp"), "XQ-QUERY-001", Exit.REFUSED),
    ("no text", lambda opened: ask(opened, CHECKER, text="  "), "XQ-QUERY-003", Exit.REFUSED),
    ("no such query", lambda opened: answer(opened, 3), "XQ-QUERY-004", Exit.REFUSED),
    ("the filer asks", lambda opened: ask(opened, FILER), "XQ-RETURN-105", Exit.NOT_PERMITTED),
    ("another area asks", lambda opened: ask(opened, "pudong.checker"), "XQ-RETURN-106", Exit.NOT_PERMITTED),
    ("the nation before its turn", lambda opened: ask(opened, ACCEPTOR), "XQ-RETURN-106", Exit.NOT_PERMITTED),
]  # fmt: skip


@pytest.mark.parametrize(("step", "code", "exit_code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_asked_leaves_nothing_behind(opened, step, code, exit_code):
    before = hands.stored(opened)
    refused(lambda: step(opened), code, exit_code)
    assert hands.stored(opened) == before


def test_another_areas_filer_does_not_answer(opened):
    asked = ask(opened, CHECKER)
    refused(lambda: answer(opened, asked.seq, "pudong.filer"), "XQ-RETURN-106", Exit.NOT_PERMITTED)


def test_a_kept_fold_equals_a_fresh_one(opened):
    asked = ask(opened, CHECKER)
    submissions_at(opened, REALM)
    answer(opened, asked.seq)
    fresh = statistical_return.fold(log.events(opened, REALM))
    assert submissions_at(opened, REALM).equals(fresh)
