"""Credit codes and figure addresses; money is exact."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqu.vocabulary.identifiers import FigureId, is_uscc
from xinqu.vocabulary.money import fen_to_wan_yuan, wan_yuan_to_fen
from xinqu.vocabulary.origin import ORIGINS, Origin, worst_origin
from xinqu.vocabulary.problem import Refused


def test_the_check_character_of_a_credit_code():
    assert is_uscc("91110000600037341L")  # the worked example of python-stdnum's documentation
    assert not is_uscc("91110000600037342L")
    assert not is_uscc("91110000600037341l")


def test_a_figure_address_reads_back():
    assert str(FigureId.parse("Q01/nansha/2023-Q4")) == "Q01/nansha/2023-Q4"


@pytest.mark.parametrize("text", ["", "Q01", "Q01/nansha", "Q01/nansha/2023-Q4/x", "Q01/nansha/soon"])
def test_what_is_no_address_is_refused_in_words(text):
    with pytest.raises(Refused, match=r"XQ-FIGURE-004|XQ-PERIOD-001"):
        FigureId.parse(text)


@given(st.integers(0, 10**15))
def test_money_goes_there_and_back(fen):
    assert wan_yuan_to_fen(fen_to_wan_yuan(fen)) == fen


def test_a_part_of_a_fen_is_refused():
    with pytest.raises(ValueError, match="whole number of fen"):
        wan_yuan_to_fen(Decimal("0.0000001"))


@given(st.lists(st.sampled_from(ORIGINS)))
def test_the_worst_origin_wins(origins):
    worst = worst_origin(origins)
    assert all(o.rank <= worst.rank for o in origins)
    assert worst in origins or (not origins and worst is Origin.REPORTED)
