"""Time to start: `import xinqu` and `xinqu --help` against a bare interpreter in alternation, and what they load.

    python benchmarks/start.py [--rounds 10]

Wall time of a whole process. The aims (0.2 s, 0.3 s) are meant for the best of the rounds: the rest is other people's load.
"""

import argparse
import subprocess
import sys
import sysconfig
from pathlib import Path

from measure import alternate, heading, row, times

COMMAND = Path(sysconfig.get_path("scripts")) / "xinqu"
HEAVY = ("django", "polars", "numpy", "pandas", "scipy", "pyarrow", "duckdb", "sqlglot", "openpyxl", "yaml", "msgspec")
HELP = "from xinqu.cli.main import main; main(['--lang', 'en'])"
JOBS = {
    "python -c pass": ([sys.executable, "-c", "pass"], ""),
    "import xinqu": ([sys.executable, "-c", "import xinqu"], "best <= 200 ms"),
    "xinqu --help": ([str(COMMAND), "--help"], "best <= 300 ms"),
}


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter holds after ``code``."""
    tail = "\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tail], check=True, capture_output=True, text=True)
    return set(done.stdout.split("\n")[-2].split())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    heading("Time to start", "xinqu")
    jobs = {
        name: lambda words=words: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        for name, (words, _) in JOBS.items()
    }
    taken = alternate(options.rounds, jobs)
    for name, (_, aim) in JOBS.items():
        row(name, times(taken[name]), aim)
    bare = loaded("pass")
    for what, code in (("import xinqu", "import xinqu"), ("xinqu --help", HELP)):
        more = loaded(code) - bare
        heavy = [name for name in HEAVY if name in more]
        row(f"{what} loads", f"{len(more)} modules more than bare Python; heavy ones: {', '.join(heavy) or 'none'}")
        own = sorted(name for name in more if name.startswith("xinqu"))
        row("", f"ours: {', '.join(own)}")


if __name__ == "__main__":
    main()
