"""Reading what was set: pages of a PDF as text."""

import io

import pypdf


def reader(body: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(body))


def pages(body: bytes) -> list[str]:
    return [page.extract_text() for page in reader(body).pages]


def squeezed(text: str) -> str:
    """Text without blanks and line ends: lines are broken by the typesetter, not by the report."""
    return "".join(text.split())
