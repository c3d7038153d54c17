"""Context calls by joins equal a plain reading of their definition, row by row, on random small worlds."""

import statistics
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_facts import Return, facts

from xinqu.engines.context import build_context
from xinqu.engines.cross_rows import peer_group
from xinqu.engines.facts import empty_facts
from xinqu.engines.reasons import unknown_reasons
from xinqu.engines.scopes import territory_epoch
from xinqu.expressions.parse import parse
from xinqu.policy.pack import Pack
from xinqu.vocabulary.periods import Period
from xinqu.vocabulary.truth import Unknown

AREAS = ["pudong", "binhai", "zhoushan", "nansha", "xihaian", "jiangbei", "fuzhou", "liangjiang", "harbin"]
MONTHS = ["2024-10", "2024-11", "2024-12", "2025-02", "2025-10", "2025-11", "2025-12"]
YEARS = ["2024", "2025"]
Key = tuple[str, str, str]
World = Mapping[Key, float | None]

values = st.one_of(st.none(), st.integers(-3, 6).map(float))
keys = st.tuples(st.sampled_from(AREAS), st.sampled_from(["", "", "u1", "u2"]), st.sampled_from(MONTHS))
full_month = st.tuples(*[values] * len(AREAS)).map(
    lambda drawn: dict(zip([(a, "", "2025-10") for a in AREAS], drawn, strict=True))
)
months = st.builds(lambda some, month: {**some, **month}, st.dictionaries(keys, values, max_size=30), full_month)
years = st.dictionaries(st.tuples(st.sampled_from(AREAS), st.just(""), st.sampled_from(YEARS)), values, max_size=14)


def _facts(pack: Pack, form: str, item: str, world: World) -> dict[str, object]:
    returns: list[Return] = [(*key, {item: value}) for key, value in world.items()]
    return {form: facts(pack, form, returns) if returns else empty_facts(pack, form)}


def _earlier(pack: Pack, world: World, key: Key, then: Period) -> float | None:
    area, sub_unit, period = key
    moved = territory_epoch(pack.areas[area], then.end) != territory_epoch(pack.areas[area], Period.parse(period).end)
    return None if moved else world.get((area, sub_unit, str(then)))


def _latest(world: World, key: Key) -> float | None:
    area, sub_unit, period = key
    inside = {
        p: value
        for (a, s, p), value in world.items()
        if (a, s) == (area, sub_unit) and Period.parse(period).contains(Period.parse(p)) and value is not None
    }
    return inside[max(inside)] if inside else None


def _sub_sum(world: World, key: Key) -> float | None:
    area, sub_unit, period = key
    parts = [value for (a, s, p), value in world.items() if (a, p) == (area, period) and s]
    known = [value for value in parts if value is not None]
    return sum(known) if parts and not sub_unit and len(known) == len(parts) else None


def _peers(pack: Pack, world: World, key: Key) -> list[float]:
    area, sub_unit, period = key
    group = peer_group(pack, pack.areas[area].region)
    return [
        value
        for (a, s, p), value in world.items()
        if p == period and not s and a != area and peer_group(pack, pack.areas[a].region) == group and value is not None
    ] if not sub_unit else []  # fmt: skip


def _median(peers: list[float]) -> float | None:
    return statistics.median(peers) if len(peers) >= 5 else None


def _mad(peers: list[float]) -> float | None:
    centre = _median(peers)
    return None if centre is None else statistics.median(abs(value - centre) for value in peers) or None


@pytest.fixture(scope="module")
def calls() -> dict[str, str]:
    return {name: f"{name}(xm1_fai)" for name in ("prev", "ly", "sub_sum", "peer_med", "peer_mad")}


@settings(max_examples=60, deadline=None)
@given(world=months)
def test_calls_on_one_form_equal_their_definition(pack: Pack, calls: dict[str, str], world: World) -> None:
    expressions = [parse(text) for text in calls.values()]
    context = build_context(pack, _facts(pack, "xm1", "xm1_fai", world), "xm1", expressions)  # type: ignore[arg-type]
    found = {(r["area"], r["sub_unit"], r["period"]): r for r in context.iter_rows(named=True)}
    assert found.keys() == world.keys()
    for key, row in found.items():
        period = Period.parse(key[2])
        expected = {
            "prev": _earlier(pack, world, key, period.prev([1])),
            "ly": _earlier(pack, world, key, period.last_year()),
            "sub_sum": _sub_sum(world, key),
            "peer_med": _median(_peers(pack, world, key)),
            "peer_mad": _mad(_peers(pack, world, key)),
        }
        assert {name: row[column] for name, column in calls.items()} == expected, key
    for expression in expressions:
        reasons = unknown_reasons(expression, context)
        assert reasons.height == context[expression.sql].null_count()
        assert set(reasons["reason"]) <= {reason.value for reason in Unknown}
        assert not reasons["detail"].str.contains('{"inputs":{}}', literal=True).any()


@settings(max_examples=30, deadline=None)
@given(world=months, own=years)
def test_latest_equals_its_definition(pack: Pack, world: World, own: World) -> None:
    given_facts = _facts(pack, "xm1", "xm1_rev", world) | _facts(pack, "xa7", "xa7_rev", own)
    context = build_context(pack, given_facts, "xa7", [parse("latest(xm1_rev) - xa7_rev")])  # type: ignore[arg-type]
    for row in context.iter_rows(named=True):
        key = (row["area"], row["sub_unit"], row["period"])
        assert row["latest(xm1_rev)"] == _latest(world, key), key
