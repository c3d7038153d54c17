"""`report verify`: equal, model equal but renderer differs, or the model differs and where."""

import msgspec
import pytest
from made_reports import edition_of, figure_row, frame_of

from xinqu.reporting.bulletin import bulletin_model
from xinqu.reporting.model import model_bytes
from xinqu.reporting.verify import Outcome, compare
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text


def test_equal(bulletin):
    body = model_bytes(bulletin)
    assert compare(body, body, old_file=b"pdf", new_file=b"pdf").outcome is Outcome.EQUAL
    assert compare(body, body).outcome is Outcome.EQUAL


def test_model_equal_renderer_differs(bulletin):
    body = model_bytes(bulletin)
    found = compare(body, body, old_file=b"pdf", new_file=b"PDF")
    assert found.outcome is Outcome.RENDERER_DIFFERS
    assert "model equal, renderer differs" in found.outcome.label.en
    assert found.old_model_sha256 == found.new_model_sha256


def test_a_changed_figure_is_named_first(pack, figures, submissions, edition, bulletin):
    changed = figures.filter(
        ~((figures["indicator"] == "Q01") & (figures["period"] == "2023-Q4") & (figures["area"] == "nansha"))
    )
    row = frame_of([figure_row("Q01", "nansha", "2023-Q4", 3.15, "pct")])
    other = bulletin_model(pack, changed.vstack(row), None, submissions, edition=edition)
    found = compare(model_bytes(bulletin), model_bytes(other), old_file=b"x", new_file=b"x")
    assert found.outcome is Outcome.MODEL_DIFFERS
    first = found.differences[0]
    assert (first.where, first.old, first.new) == ("Q01/nansha/2023-Q4", "4.3", "3.15")


def test_another_edition_is_told_by_its_path(pack, bulletin):
    other = msgspec.structs.replace(bulletin, edition=edition_of(pack, vintage=88), coverage=Text("另", "other"))
    places = {d.where for d in compare(model_bytes(bulletin), model_bytes(other)).differences}
    assert {"edition/vintage", "coverage/zh", "coverage/en"} <= places


def test_damaged_models_are_refused(bulletin):
    with pytest.raises(Refused):
        compare(model_bytes(bulletin), model_bytes(bulletin)[:-9])
