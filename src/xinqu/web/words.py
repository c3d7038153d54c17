"""The words of the pages: one table, both languages, looked up by key."""

from functools import cache
from pathlib import Path

import yaml

from xinqu.vocabulary.text import Text

_FILE = Path(__file__).parent / "words.yaml"
_PACK_FILE = Path(__file__).parent / "pack_words.yaml"


@cache
def table() -> dict[str, Text]:
    """Return all words by key."""
    raw = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {key: Text(**entry) for key, entry in raw.items()}


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


@cache
def _of_pack() -> dict[str, str]:
    raw = yaml.load(_PACK_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {str(english): str(chinese) for english, chinese in raw.items()}


def pack_text(english: str) -> Text:
    """Return a text that the pack holds in English only, with its Chinese; one without keeps its English."""
    return Text(zh=_of_pack().get(english, english), en=english)
