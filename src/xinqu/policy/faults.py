"""How a proof tells a fault: code, what is wrong, the record's file and line, what to do."""

from xinqu.policy.pack import Pack
from xinqu.vocabulary.problem import NO_TEXT, Problem, Where
from xinqu.vocabulary.text import Text


def fault(pack: Pack, record: str, code: str, what: Text, *, why: Text = NO_TEXT, fix: Text = NO_TEXT) -> Problem:
    """Return a Problem placed at ``record`` (``kind:id``), or at the pack when the record has no place."""
    place = pack.places.get(record)
    where = Where(file=place.file, line=place.line, subject=record) if place else Where(subject=record)
    return Problem(code=code, what=what, where=where, why=why, fix=fix)
