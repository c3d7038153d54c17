"""Laws of the draws and of bending a path to published figures."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqu.rehearsal.calibrate import bend, bend_shares
from xinqu.rehearsal.draws import Draws

SEEDS = st.integers(0, 2**31)
LAW = settings(deadline=None)  # the first example pays for imports


@LAW
@given(SEEDS, st.integers(1, 40))
def test_a_stream_does_not_depend_on_the_others(seed, areas):
    """A new item must not move an old one."""
    alone, crowded = Draws(seed, areas), Draws(seed, areas)
    crowded.spread("another", 0, 1)
    crowded.noise("another", 3, 1.0)
    assert np.array_equal(alone.spread("item", 2, 5), crowded.spread("item", 2, 5))
    assert np.array_equal(alone.pace("theme"), crowded.pace("theme"))


@LAW
@given(SEEDS, st.integers(1, 40), st.floats(-10, 10), st.floats(0.1, 10))
def test_spread_puts_one_area_in_each_part_of_the_range(seed, areas, low, width):
    drawn = np.sort(Draws(seed, areas).spread("item", low, low + width))
    steps = (drawn - low) / width * areas
    assert (np.floor(np.clip(steps, 0, areas - 1e-9) + 1e-9).astype(int) == np.arange(areas)).all()


@LAW
@given(SEEDS)
def test_some_areas_keep_pace_some_are_slow_some_stand_still(seed):
    pace = Draws(seed, 19).pace("theme")
    assert (pace < 0.5).sum() == 2
    assert ((pace >= 0.5) & (pace < 0.9)).sum() == 3
    assert (pace >= 0.9).sum() == 14


@LAW
@given(st.data())
def test_a_bent_path_meets_its_anchors_and_stays_positive(data):
    columns = data.draw(st.integers(1, 12))
    path = np.array([data.draw(st.lists(st.floats(0.5, 1e6), min_size=columns, max_size=columns))])
    anchor = np.full((1, columns), np.nan)
    for column in data.draw(st.sets(st.integers(0, columns - 1))):
        anchor[0, column] = data.draw(st.floats(0.5, 1e6))
    bent = bend(path, anchor)
    known = np.isfinite(anchor)
    assert np.array_equal(bent[known], anchor[known])
    assert (bent > 0).all()
    if not known.any():
        assert np.array_equal(bent, path)


@LAW
@given(st.floats(0.95, 1.05), st.integers(0, 2))
def test_bent_shares_meet_the_published_quarter_and_keep_rising(pull, quarter):
    share = np.array([[0.224, 0.467, 0.727, 1.0]])
    anchor = np.full((1, 4), np.nan)
    anchor[0, quarter] = share[0, quarter] * pull
    bent = bend_shares(share, anchor)
    assert np.isclose(bent[0, quarter], anchor[0, quarter])
    assert bent[0, 3] == 1.0
    assert (np.diff(bent[0]) > 0).all()
