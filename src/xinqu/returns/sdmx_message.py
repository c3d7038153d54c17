"""Says what any SDMX message holds, whoever wrote it and in whatever version pysdmx reads."""

import io
from typing import Any

import msgspec

from xinqu.returns import sdmx_faults
from xinqu.returns.guard import LIMITS, Limits
from xinqu.returns.sdmx_library import library
from xinqu.returns.sdmx_observations import message_text
from xinqu.vocabulary.problem import Refused, Where


class Content(msgspec.Struct, frozen=True):
    """One part of a message: ``kind`` (data, Codelist, DataStructure ...), its reference, and how many it holds.

    ``count`` is the number of observations, codes, concepts or components; 1 of anything else.
    """

    kind: str
    reference: str
    count: int


def read_message(body: bytes, filename: str, *, limits: Limits = LIMITS) -> list[Content]:
    """Return what an SDMX message holds, in its order.

    Raises:
        Refused: XQ-SDMX-001 without the packages of ``xinqu[sdmx]``, 002 when pysdmx or the standard's own schema refuses
            the message, 010 when it holds nothing; XQ-RETURN-001 to 008 for what may not be parsed at all.
    """
    text = message_text(body, filename, limits=limits)
    where = Where(file=filename)
    reader = library("pysdmx.io")
    try:
        # never as text: pysdmx takes a text that is a path or an address for one, and would fetch it
        message = reader.read_sdmx(io.BytesIO(text.encode()))
        contents = [*_data(message), *_structures(message)]
    except Refused:
        raise
    except Exception as error:
        # the message is foreign input: whatever its reader stumbles over, the message is at fault
        reason = getattr(error, "description", None) or getattr(error, "title", None) or str(error)
        raise Refused(sdmx_faults.unreadable(where, reason=str(reason) or type(error).__name__)) from error
    if not contents:
        raise Refused(sdmx_faults.no_observations(where))
    return contents


def _data(message: Any) -> list[Content]:
    return [Content("data", data_set.short_urn, len(data_set.data)) for data_set in message.data or ()]


def _structures(message: Any) -> list[Content]:
    contents = []
    for artefact in message.structures or ():
        kind, _, reference = artefact.short_urn.partition("=")
        items = getattr(artefact, "items", None) or getattr(artefact, "components", None) or (artefact,)
        contents.append(Content(kind, reference, len(items)))
    return contents
