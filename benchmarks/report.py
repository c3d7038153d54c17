"""Speed of typesetting: pages of the bulletin per second, from content model to PDF/A, and what of it is typst itself.

    python benchmarks/report.py [--rounds 5] [--first 3]

The bulletin is the published realm's, built as in use. typst remembers what it has set: so "first" is the first report of
a fresh process (fonts opened before the clock starts), the rest is the same report again. "80 pages" scales by pages. The
peer is typst alone on a bare document of as many pages of plain text, again too: the least that a PDF/A costs.
"""

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import typst
from measure import Taken, Watch, absent, alternate, compare, heading, row, spread, times

from xinqu.policy.load import load_pack
from xinqu.reporting.fonts import font_set
from xinqu.reporting.html import render_html
from xinqu.reporting.model import Report, model_bytes
from xinqu.reporting.plan import plan
from xinqu.reporting.typst_pdf import render_pdf
from xinqu.spine import accounts, demo, reports
from xinqu.spine.snapshot import take
from xinqu.spine.workspace import create
from xinqu.vocabulary.origin import Realm

AIM_PAGES = 80
PLAIN_PAGE = "新区统计公报正文，供比较之用。" * 60


def bulletin(folder: Path) -> Report:
    """Return the content model of the published realm's bulletin."""
    workspace = create(folder, realms=(Realm.PUBLISHED,))
    pack = load_pack(cache=workspace.cache_dir)
    accounts.load_organisations(workspace, pack)
    demo.publish(workspace, pack)
    return reports.build(take(workspace, Realm.PUBLISHED), "bulletin").report


def count_pages(body: bytes) -> int | None:
    """Return the pages of a PDF; None when pypdf, which the package does not need, is not importable."""
    try:
        import pypdf
    except ImportError:
        return None
    return len(pypdf.PdfReader(io.BytesIO(body)).pages)


def bare_typst(pages: int) -> bytes:
    """Set as many pages of plain text in the same fonts and standard."""
    fonts = font_set()
    families = ", ".join(f'"{name}"' for name in fonts.families["body"])
    head = f'#set document(title: [x])\n#set text(font: ({families},), lang: "zh")\n'
    text = head + "\n#pagebreak()\n".join([PLAIN_PAGE] * pages)
    compiler = typst.Compiler(input=text.encode(), font_paths=fonts.loaded, ignore_system_fonts=True)
    return compiler.compile(format="pdf", pdf_standards=["a-2a"])


def first(model: bytes) -> None:
    """Be a fresh process: set one report and print wall and processor seconds, and seconds to open the fonts."""
    report = msgspec.json.decode(model, type=Report)
    fonts, whole = Taken(), Taken()
    watch = Watch()
    assert font_set().characters
    watch.add(fonts)
    watch = Watch()
    render_pdf(report)
    watch.add(whole)
    print(whole.wall[0], whole.processor[0], fonts.wall[0])


def firsts(model: bytes, rounds: int, pages: int) -> None:
    """Set the report in fresh processes and print."""
    whole, fonts = Taken(), []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, __file__, "--be-first"], input=model, check=True, capture_output=True)
        wall, processor, opened = map(float, done.stdout.split())
        whole.wall.append(wall)
        whole.processor.append(processor)
        fonts.append(1000 * opened)
    row(f"first bulletin, {pages} pages", times(whole))
    row("", spread([pages / s for s in whole.wall], "pages/s", 0))
    row(f"the same for {AIM_PAGES} pages", times(scaled(whole, AIM_PAGES / pages), "s"), "<= 1 s")
    row("opening the fonts before it", spread(fonts, "ms", 1))


def scaled(taken: Taken, factor: float) -> Taken:
    """Return the seconds times ``factor``."""
    return Taken([factor * s for s in taken.wall], [factor * s for s in taken.processor])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--first", type=int, default=3)
    parser.add_argument("--be-first", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_first:
        first(sys.stdin.buffer.read())
        return
    heading("Setting the bulletin", "typst")
    with tempfile.TemporaryDirectory(prefix="xinqu-bench-") as place:
        report = bulletin(Path(place) / "workspace")
    pages = count_pages(render_pdf(report))
    if pages is None:
        absent("pypdf (counts pages)", "none")
        return
    firsts(model_bytes(report), options.first, pages)
    jobs = {
        "PDF": lambda: render_pdf(report),
        "bare typst": lambda: bare_typst(pages),
        "plan": lambda: plan(report, lang="zh"),
        "HTML": lambda: render_html(report, lang="zh"),
    }
    taken = alternate(options.rounds, jobs)
    compare("again", {name: taken[name] for name in ("PDF", "bare typst")}, ours="PDF")
    row("of it our plan of the pages", times(taken["plan"]))
    row("the same report as HTML", times(taken["HTML"]))


if __name__ == "__main__":
    main()
