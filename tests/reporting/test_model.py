"""A content model is a value: same content, same bytes; readable again; old bytes stay what they were."""

import msgspec
import pytest
from hypothesis import given, settings
from made_models import reports

from xinqu.reporting.model import MODEL_VERSION, Heading, Report, model_bytes, model_sha256, read_model
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.problem import Refused
from xinqu.vocabulary.text import Text


@settings(max_examples=60, deadline=None)
@given(reports())
def test_a_model_reads_back_as_itself_and_to_the_same_bytes(report):
    body = model_bytes(report)
    again = read_model(body)
    assert again == report
    assert model_bytes(again) == body


@settings(max_examples=60, deadline=None)
@given(reports())
def test_bytes_are_canonical_json(report):
    """RFC 8785 through the vocabulary's own writer, which is the definition; msgspec's writer is the fast one."""
    assert model_bytes(report) == canonical_json(msgspec.to_builtins(report))


def test_hash_changes_with_what_is_said(bulletin):
    other = msgspec.structs.replace(bulletin, coverage=Text("另", "other"))
    assert model_sha256(other) != model_sha256(bulletin)


def test_fields_at_their_default_are_not_written_so_that_later_fields_leave_old_bytes_alone(bulletin):
    body = msgspec.json.decode(model_bytes(bulletin))
    assert "addressee" not in body
    assert body["model_version"] == MODEL_VERSION


@pytest.mark.parametrize("body", [b"", b"{}", b'{"kind":"x"}', b"\xff\xfe", b"[1"])
def test_what_is_no_model_is_refused(body):
    with pytest.raises(Refused) as refused:
        read_model(body)
    assert refused.value.problems[0].code == "XQ-REPORT-001"


def test_a_model_of_a_later_release_is_refused(bulletin):
    body = msgspec.json.decode(model_bytes(bulletin))
    with pytest.raises(Refused, match="model_version"):
        read_model(msgspec.json.encode({**body, "model_version": MODEL_VERSION + 1}))


def test_unknown_parts_are_refused(bulletin):
    body = msgspec.json.decode(model_bytes(bulletin))
    with pytest.raises(Refused):
        read_model(msgspec.json.encode({**body, "seal": "x"}))


def test_parts_are_frozen():
    with pytest.raises(AttributeError):
        Heading(level=1, text=Text("一", "one")).level = 2


def test_every_class_of_the_model_is_frozen():
    assert Report.__struct_config__.frozen
