"""A text that a person reads, always in both languages."""

from typing import Literal

import msgspec

Lang = Literal["zh", "en"]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in Chinese (the original) and English (its equal)."""

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        """Return the text in ``lang``."""
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: object) -> "Text":
        """Return the text with ``{name}`` places filled in both languages."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))
