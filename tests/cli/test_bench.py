"""`xinqu bench` finds the benchmarks of a checkout, runs one with its options, and says so where there are none."""

from pathlib import Path

import pytest

from xinqu.cli import bench
from xinqu.cli.main import main
from xinqu.vocabulary.problem import Refused

ROOT = Path(__file__).parents[2]


def test_every_file_is_a_benchmark_with_a_sentence_and_under_200_lines():
    found = bench.benchmarks(ROOT)
    assert set(found) >= {"cycle", "excel", "index", "log", "report", "start", "validation"}
    for file, line in found.values():
        assert line.endswith("."), file
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") < 200
        assert "def main()" in text


def test_a_benchmark_takes_its_options_and_gives_its_exit_code(capfd: pytest.CaptureFixture[str]):
    assert main(["bench", "index", "--draws", "20", "--rounds", "1"]) == 0
    assert "19 x 39 x 20 draws" in capfd.readouterr().out
    assert main(["bench", "index", "--no-such-option"]) == 2


def test_without_a_name_it_lists_them(capsys: pytest.CaptureFixture[str]):
    assert main(["bench"]) == 0
    assert "validation" in capsys.readouterr().out


def test_an_unknown_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]):
    assert main(["--lang", "en", "bench", "nothing"]) == 1
    said = capsys.readouterr().err
    assert "XQ-CLI-013" in said
    assert "validation" in said


def test_an_installed_package_says_that_benchmarks_live_in_the_repository(tmp_path: Path):
    with pytest.raises(Refused, match="XQ-CLI-012"):
        bench.benchmarks(tmp_path)
