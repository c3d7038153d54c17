"""Sphinx settings of the documentation."""

project = "xinqu 新区"
author = "the xinqu founders"
copyright = author
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "images"]
html_theme = "furo"
language = "en"
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]
