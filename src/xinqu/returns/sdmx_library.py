"""Fetches the optional SDMX packages when something needs them, or says what to install."""

import importlib
from typing import Any

from xinqu.returns import sdmx_faults
from xinqu.vocabulary.problem import Refused


def library(module: str) -> Any:
    """Return a module of the packages of ``xinqu[sdmx]``.

    Raises:
        Refused: XQ-SDMX-001 when it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Refused(sdmx_faults.no_library(error.name or module)) from error
