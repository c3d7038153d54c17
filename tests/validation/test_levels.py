"""Each check has exactly one of the six levels, told by what it reads."""

import functools

import pytest

from xinqu.expressions.parse import parse
from xinqu.policy.load import load_pack
from xinqu.policy.owners import owner_of
from xinqu.validation.catalogue import catalogue, in_words
from xinqu.validation.generated import generated_checks
from xinqu.validation.levels import EssLevel, level_of_expression

pack = functools.cache(load_pack)
READ = [
    ("xm1", "xm1_rev > 0", "record"),
    ("xm1", "xm1_proj = FLOOR(xm1_proj)", "format"),
    ("xa1", "xa1_gdp_scope IN ('S1', 'S2')", "format"),
    ("xm1", "xm1_rev_tax <= xm1_rev", "file"),
    ("xr1", "xr1_output <= xr1_sales", "record"),  # a record of a record form has many items
    ("xm1", "xm1_rev >= prev(xm1_rev) OR sys_period = 2", "periods"),
    ("xa1", "near(xa1_gdp, latest(xq1_gdp), 0.1 * xa1_gdp)", "periods"),
    ("xa3", "xa3_rd <= xa1_gdp", "periods"),  # another form
    ("xm1", "near(xm1_rev, sub_sum(xm1_rev), 0.001 * xm1_rev)", "areas"),
    ("xm1", "xm1_rev <= peer_med(xm1_rev) + prev(xm1_rev)", "areas"),  # the widest thing it reads
    ("xa1", "xa1_area_land <= outside('approved_land_km2') + sub_sum(xa1_area_land)", "outside"),
]


@pytest.mark.parametrize(("form", "text", "level"), READ)
def test_the_level_is_that_of_the_widest_thing_a_check_reads(form, text, level):
    assert level_of_expression(pack(), form, parse(text)) == level


def test_every_written_and_generated_check_has_one_level_and_an_owner():
    listed = catalogue(pack(), lang="en")
    assert listed["check"].to_list() == [*pack().checks, *generated_checks(pack())]
    assert listed["check"].is_unique().all()
    assert set(listed["level"]) == set(EssLevel)  # all six are in use
    assert (listed["owner"] != "").all()


def test_levels_are_numbered_from_0_to_5_as_in_the_handbook():
    assert [level.number for level in EssLevel] == [0, 1, 2, 3, 4, 5]


def test_the_owner_is_named_or_the_co_checker_or_the_packs_own():
    assert owner_of(pack(), "xm1").organisation == "{area}.stat"
    assert owner_of(pack(), "xm1").roles == ("stat_office",)
    assert owner_of(pack(), "xm1", named="ndrc").roles == ("ndrc",)
    without = next(form.id for form in pack().forms.values() if not form.co_check_org)
    assert owner_of(pack(), without).organisation == pack().info.check_owner == "ndrc"
    partner = next(form.id for form in pack().forms.values() if form.co_check_org == "partner")
    assert owner_of(pack(), partner).roles == ("partner",)


def test_a_check_is_said_in_words_with_all_that_is_kept_of_it():
    said = "\n".join(in_words(pack(), "xm1_r16", "en"))
    for part in (
        "prev(xm1_output)",
        "上期",
        "of the previous period",
        "level 3",
        "{area}.stat",
        "2019-12-31",
        "art. 17",
    ):
        assert part in said
    assert "0 format" in "\n".join(in_words(pack(), "xm1_rev_typ", "en"))
