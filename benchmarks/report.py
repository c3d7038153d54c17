"""Speed of typesetting: pages of the bulletin per second, from content model to PDF/A, and what of it is typst itself.

    python benchmarks/report.py [--rounds 5]

The bulletin is the published realm's, built as in use. "80 pages" scales the measured time by pages: the aim is 1 s. The
peer in alternation is typst alone on a bare document of as many pages of plain text: the least that a PDF/A costs.
"""

import argparse
import io
import tempfile
from pathlib import Path

import typst
from measure import Taken, absent, alternate, compare, heading, row, spread, times

from xinqu.policy.load import load_pack
from xinqu.reporting.fonts import font_set
from xinqu.reporting.html import render_html
from xinqu.reporting.model import Report
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    heading("Setting the bulletin", "typst")
    with tempfile.TemporaryDirectory(prefix="xinqu-bench-") as place:
        report = bulletin(Path(place) / "workspace")
    pages = count_pages(render_pdf(report))
    if pages is None:
        absent("pypdf (counts pages)", "none")
        return
    jobs = {
        "PDF": lambda: render_pdf(report),
        "bare typst": lambda: bare_typst(pages),
        "plan": lambda: plan(report, lang="zh"),
        "HTML": lambda: render_html(report, lang="zh"),
    }
    taken = alternate(options.rounds, jobs)
    for_aim = AIM_PAGES / pages
    compare(f"bulletin, {pages} pages", {name: taken[name] for name in ("PDF", "bare typst")}, ours="PDF")
    row("", spread([pages / s for s in taken["PDF"].wall], "pages/s", 0))
    as_long = Taken(*([for_aim * s for s in seconds] for seconds in (taken["PDF"].wall, taken["PDF"].processor)))
    row(f"the same for {AIM_PAGES} pages", times(as_long, "s"), "<= 1 s")
    row("of it our plan of the pages", times(taken["plan"]))
    row("the same report as HTML", times(taken["HTML"]))


if __name__ == "__main__":
    main()
