"""The draw: the pack's worked cases, what an altered byte does, chances by simulation, and a verifier that needs nothing."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xinqu.shapes.draw
from xinqu.policy.load import load_pack
from xinqu.shapes.draw.assign import Inspector, Task, assign
from xinqu.shapes.draw.frame import COLUMNS, holds, leaf_texts, salts, tree_of
from xinqu.shapes.draw.seed import Source, commitment, plan_sha256, seed_of, unrevealed
from xinqu.shapes.draw.select import inclusion, select, select_unequal
from xinqu.vocabulary.canonical import canonical_json

ORACLES = load_pack().oracles
VERIFIER = Path(xinqu.shapes.draw.__file__).with_name("verify_draw.py")
SEED = "5d86be98bf6a4735f40dbe7c20f973aeba6b201003245f7b4e93bd3fe87d3709"
THRESHOLD = "3c322b31b7fcb1d8d18ad158a0c5526c667feb331b918100d5fb3d6a1bbde688"
IDS = [f"E{number:03d}" for number in range(1, 21)]


def frame_of(ids=IDS, stratum="all", excluded=None, sizes=None, secret=b"0123456789abcdef"):
    names = sorted(ids)
    return pl.DataFrame(
        {"id": names, "stratum": [stratum] * len(names), "size": [str((sizes or {}).get(one, 1)) for one in names],
         "excluded": [(excluded or {}).get(one, "") for one in names], "salt": salts(secret, names)}
    )  # fmt: skip


def test_the_worked_draw_of_the_pack_comes_out():
    """Oracle W72: seed = SHA-256(root|plan|source), rank = SHA-256(seed|id), five smallest, their threshold."""
    root = "ae8048f9ad176f5fabc41bebb30670807b6ae401aca0d6cc3a361b7b251a2079"
    assert seed_of(root, "plan-1", [Source("lottery", "x", "20260105-lottery-0123456")]) == SEED
    found = select(frame_of(), {"all": 5}, SEED)
    assert found.drawn["id"].to_list() == ["E002", "E018", "E004", "E006", "E007"]
    assert found.thresholds == {"all": THRESHOLD}
    assert "W72" in ORACLES


def test_excluded_units_keep_their_place_in_the_frame_and_leave_the_order_of_others():
    """Oracle W73: E003 and E007 reached their cap, E002 ceased."""
    excluded = {"E003": "annual_cap_reached", "E007": "annual_cap_reached", "E002": "ceased"}
    frame = frame_of(excluded=excluded)
    assert select(frame, {"all": 5}, SEED).drawn["id"].to_list() == ["E018", "E004", "E006", "E017", "E001"]
    assert (frame["excluded"] != "").sum() == 3
    assert frame.height == 20


@given(st.randoms())
def test_the_order_of_units_changes_neither_root_nor_draw(random):
    shuffled = list(range(20))
    random.shuffle(shuffled)
    frame = frame_of()
    again = frame[shuffled]
    assert tree_of(leaf_texts(again)).root == tree_of(leaf_texts(frame)).root
    assert select(again, {"all": 5}, SEED).drawn.equals(select(frame, {"all": 5}, SEED).drawn)


@settings(max_examples=30)
@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_and_an_altered_one_is_not(count, data):
    leaves = [f"E{number}|A|1||s{number}" for number in range(count)]
    tree = tree_of(leaves)
    index = data.draw(st.integers(0, count - 1))
    assert holds(tree.root, leaves[index], tree.proof(index))
    assert not holds(tree.root, leaves[index] + " ", tree.proof(index))
    other = [*leaves[:index], leaves[index] + "x", *leaves[index + 1 :]]
    assert tree_of(other).root != tree.root


def test_a_frame_without_units_and_a_short_secret_are_refused():
    with pytest.raises(ValueError, match="no root"):
        tree_of([])
    with pytest.raises(ValueError, match="16 bytes"):
        salts(b"short", ["E1"])


def test_a_party_that_reveals_another_secret_is_named():
    said = {"department": commitment("department", "a"), "office": commitment("office", "b")}
    told = [Source("reveal", "department", "a"), Source("reveal", "office", "other")]
    assert unrevealed(told, said) == ["office"]
    assert unrevealed(told[:1], said) == ["office"]


def test_a_quota_that_cannot_be_filled_is_told():
    found = select(frame_of(), {"all": 25, "none": 2}, SEED)
    assert (found.drawn.height, found.short) == (20, {"all": 5, "none": 2})


def test_equal_units_are_drawn_equally_often():
    """3,000 seeds, 5 of 20: each within five standard errors of a quarter."""
    frame, hits = frame_of(), dict.fromkeys(IDS, 0)
    for number in range(3_000):
        for unit in select(frame, {"all": 5}, f"seed{number}").drawn["id"]:
            hits[unit] += 1
    error = np.sqrt(0.25 * 0.75 / 3_000)
    assert max(abs(count / 3_000 - 0.25) for count in hits.values()) < 5 * error


def test_unequal_units_are_drawn_as_often_as_their_size_asks():
    """Pareto sampling (Rosen 1997) is only asymptotically exact: within five standard errors and one point."""
    sizes = {unit: 1 + number % 4 for number, unit in enumerate(IDS)}
    frame, hits = frame_of(sizes=sizes), dict.fromkeys(IDS, 0)
    for number in range(3_000):
        drawn = select_unequal(frame, {"all": 5}, f"seed{number}").drawn["id"].to_list()
        assert len(drawn) == 5
        for unit in drawn:
            hits[unit] += 1
    total = sum(sizes.values())
    for unit, count in hits.items():
        chance = 5 * sizes[unit] / total
        assert abs(count / 3_000 - chance) < 5 * np.sqrt(chance * (1 - chance) / 3_000) + 0.01, unit


def test_what_is_larger_than_its_share_is_certain():
    chance = inclusion(np.array([100.0, 1, 1, 1]), np.array([True] * 4), 2)
    assert chance == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])


def published(folder, frame=None, **changes):
    """Write a published draw with two parties and a lottery."""
    frame = frame_of() if frame is None else frame
    plan = {"quotas": {"all": 5}, "sources": ["department", "office", "lottery"]}
    sources = [
        Source("reveal", "department", "s1"),
        Source("reveal", "office", "s2"),
        Source("lottery", "lottery", "0123"),
    ]
    root = tree_of(leaf_texts(frame)).root
    seed = seed_of(root, plan_sha256(plan), sources)
    found = select(frame, plan["quotas"], seed)
    draw = {
        "root": root, "plan": plan_sha256(plan), "seed": seed, "drawn": found.drawn["id"].to_list(),
        "thresholds": found.thresholds, "sources": [{"name": s.name, "value": s.value} for s in sources],
        "commitments": {name: commitment(name, value) for name, value in (("department", "s1"), ("office", "s2"))},
    } | changes  # fmt: skip
    with (folder / "frame.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(frame.to_dicts())
    (folder / "plan.json").write_bytes(canonical_json(plan))
    (folder / "draw.json").write_text(json.dumps(draw), encoding="utf-8")


def verify(folder):
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(folder)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_verifier_agrees_with_a_true_draw_and_needs_nothing_but_python(tmp_path):
    published(tmp_path)
    assert verify(tmp_path) == (0, "the draw holds\n")


CHANGES = {
    "another unit in the place of one drawn": (
        lambda d: d.update(drawn=[*d["drawn"][:4], "E020"]),
        "another selection",
    ),
    "a seed of one's own": (lambda d: d.update(seed="0" * 64), "does not follow from root"),
    "a secret other than committed": (lambda d: d["sources"][0].update(value="s9"), "did not reveal"),
    "another plan": (lambda d: d.update(plan="1" * 64), "plan is not the committed one"),
    "another threshold": (lambda d: d.update(thresholds={"all": "f" * 64}), "thresholds"),
}


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=list(CHANGES))
def test_the_verifier_finds(tmp_path, change, told):
    published(tmp_path)
    draw = json.loads((tmp_path / "draw.json").read_text())
    change(draw)
    (tmp_path / "draw.json").write_text(json.dumps(draw))
    code, said = verify(tmp_path)
    assert code == 1
    assert told in said


def test_one_altered_byte_of_the_frame_is_found_and_a_missing_file_told(tmp_path):
    published(tmp_path)
    path = tmp_path / "frame.csv"
    path.write_text(path.read_text().replace("E011,all,1,", "E011,all,2,"))
    assert verify(tmp_path)[0] == 1
    path.unlink()
    assert verify(tmp_path)[0] == 2


def people(count=40):
    return [
        Inspector(f"i{n:03d}", frozenset({f"q{n % 4}", f"q{(n + 1) % 4}"}), frozenset({f"d{n % 5}", f"d{(n + 1) % 5}"}))
        for n in range(count)
    ]


def tasks(count=60):
    return [Task(f"e{n:03d}", f"q{n % 4}", f"d{n % 5}") for n in range(count)]


def test_each_task_gets_two_able_inspectors_and_loads_are_even():
    found = assign(tasks(), people(), seed=SEED, each=2, capacity=6)
    assert found.short.is_empty()
    by_task = found.pairs.group_by("enterprise").agg("inspector").rows()
    able = {person.code: person for person in people()}
    need = {task.enterprise: task for task in tasks()}
    for enterprise, codes in by_task:
        assert len(set(codes)) == 2
        for code in codes:
            assert need[enterprise].qualification in able[code].qualifications
            assert need[enterprise].district in able[code].districts
    assert found.pairs.group_by("inspector").len()["len"].max() <= 6


@given(st.randoms())
@settings(max_examples=10)
def test_the_order_of_tasks_and_inspectors_changes_nothing(random):
    some, others = tasks(), people()
    random.shuffle(some)
    random.shuffle(others)
    one = assign(some, others, seed=SEED, each=2, capacity=6).pairs.sort("enterprise", "order")
    assert one.equals(assign(tasks(), people(), seed=SEED, each=2, capacity=6).pairs.sort("enterprise", "order"))


def test_recusal_capacity_and_repeated_pairs_are_kept_and_shortages_told():
    two = [
        Inspector("a", frozenset({"q"}), frozenset({"d"})),
        Inspector("b", frozenset({"q"}), frozenset({"d"}), frozenset({"x"})),
    ]
    one = [Task("x", "q", "d")]
    near = assign(one, two, seed=SEED, each=2, capacity=5)
    assert near.pairs["inspector"].to_list() == ["a"]
    assert near.short.rows() == [("x", 1, "recusal_or_district")]
    free = [two[0], Inspector("b", frozenset({"q"}), frozenset({"d"}))]
    assert assign(one, free, seed=SEED, each=2, capacity=0).short["reason"].to_list() == ["at_capacity"]
    again = assign(one, free, seed=SEED, each=2, capacity=5, earlier={"x": [("a", "b")]})
    assert again.short["reason"].to_list() == ["pair_repeated"]
    third = [*free, Inspector("c", frozenset({"q"}), frozenset({"d"}))]
    chosen = assign(one, third, seed=SEED, each=2, capacity=5, earlier={"x": [("a", "b")]}).pairs["inspector"]
    assert len(chosen) == 2
    assert set(chosen) != {"a", "b"}
    assert assign([Task("x", "none", "d")], free, seed=SEED, each=2, capacity=5).short["reason"].to_list() == [
        "no_qualification"
    ]
