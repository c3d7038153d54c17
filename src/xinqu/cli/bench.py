"""`xinqu bench`: runs one of the repository's benchmarks with this Python, ours and peers in alternation."""

import argparse
import subprocess
import sys
from pathlib import Path

import xinqu
from xinqu.vocabulary.problem import Problem, Refused, Where
from xinqu.vocabulary.text import Text

_CHECKOUT = Path(xinqu.__file__).resolve().parents[2]  # of src/xinqu/__init__.py


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu bench validation --rows 100000"
    parser.add_argument("name", nargs="?", help="benchmark; left out, lists what there is")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="options of that benchmark; --help shows them")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code is the benchmark's own."""
    found = benchmarks(_CHECKOUT)
    if args.name is None:
        for name, (_, line) in found.items():
            print(f"{name:<12}{line}")
        return 0
    if args.name not in found:
        raise Refused(_unknown(args.name, list(found)))
    file, _ = found[args.name]
    return subprocess.run([sys.executable, str(file), *args.options], check=False).returncode


def benchmarks(checkout: Path) -> dict[str, tuple[Path, str]]:
    """Return file and first line of each benchmark in a checkout, by name.

    Raises:
        Refused: XQ-CLI-012 when the package does not lie in a checkout.
    """
    folder = checkout / "benchmarks"
    files = sorted(folder.glob("*.py")) if (checkout / "src" / "xinqu").is_dir() else []
    if not files:
        raise Refused(_not_a_checkout(folder))
    return {file.stem: (file, _first_line(file)) for file in files}


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return lines.readline().strip().strip('"')


def _not_a_checkout(folder: Path) -> Problem:
    return Problem(
        code="XQ-CLI-012",
        what=Text("没有性能测试", "there are no benchmarks here"),
        where=Where(file=str(folder)),
        why=Text(
            "性能测试在代码仓库中，不随软件包安装",
            "benchmarks live in the repository and are not installed with the package",
        ),
        fix=Text("克隆仓库后运行 make bench", "clone the repository and run make bench there"),
    )


def _unknown(name: str, known: list[str]) -> Problem:
    return Problem(
        code="XQ-CLI-013",
        what=Text(f"没有性能测试“{name}”", f"there is no benchmark {name!r}"),
        why=Text(f"现有：{'、'.join(known)}", f"there are: {', '.join(known)}"),
        fix=Text("如 xinqu bench validation", "for instance xinqu bench validation"),
    )
