"""Writes a filed return as a file of the ending that is asked for; each is read back into the same identity."""

from xinqu.policy.pack import Pack
from xinqu.returns.canonical import to_parquet
from xinqu.returns.csv_write import write_csv_return
from xinqu.returns.document import ReturnDocument
from xinqu.returns.record_write import export_records_csv, export_records_workbook
from xinqu.returns.template import export_workbook
from xinqu.vocabulary.text import Lang

ENDINGS = ("xlsx", "csv", "parquet")


def filled_file(pack: Pack, document: ReturnDocument, ending: str, *, lang: Lang = "zh") -> bytes:
    """Return the file of ``document`` with one of ``ENDINGS``; ``pack`` is that of the form's version."""
    form = pack.forms[document.header.form]
    match ending, form.kind:
        case "parquet", _:
            return to_parquet(document)
        case "csv", "record":
            return export_records_csv(pack, form, document=document)
        case "csv", _:
            return write_csv_return(document.header, document.rows.to_dicts())
        case "xlsx", "record":
            return export_records_workbook(pack, form, document=document, lang=lang)
        case "xlsx", _:
            return export_workbook(pack, form, document=document, lang=lang)
    raise ValueError(f"a return is not written as {ending!r}")
