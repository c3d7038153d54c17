"""The words of the pages: one table, both languages, looked up by key."""

from functools import cache
from pathlib import Path

import yaml

from xinqu.vocabulary.text import Text

_FILE = Path(__file__).parent / "words.yaml"


@cache
def table() -> dict[str, Text]:
    """Return all words by key."""
    raw = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {key: Text(zh=entry["zh"], en=entry["en"]) for key, entry in raw.items()}


def word(key: str, **values: object) -> Text:
    """Return the words of ``key`` with its places filled; raises KeyError for an unknown key.

    A value that is itself a Text fills each language with its own words.
    """
    text = table()[key]
    if not values:
        return text
    zh = {name: v.zh if isinstance(v, Text) else v for name, v in values.items()}
    en = {name: v.en if isinstance(v, Text) else v for name, v in values.items()}
    return Text(zh=text.zh.format(**zh), en=text.en.format(**en))


def known(key: str) -> bool:
    """Say whether the table has ``key``."""
    return key in table()
