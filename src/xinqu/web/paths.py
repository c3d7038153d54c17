"""The parts of an address as typed values: language, realm, file format, area, indicator, period."""

from xinqu.vocabulary.periods import Period


class Words:
    """Base of converters whose value is the text itself."""

    regex = ""

    def to_python(self, value: str) -> str:
        """Return the part as it stands."""
        return value

    def to_url(self, value: object) -> str:
        """Return the text of a part."""
        return str(value)


class LangPath(Words):
    """``zh`` or ``en``."""

    regex = "zh|en"


class RealmPath(Words):
    """A realm that stands in the path; the official one does not."""

    regex = "published|rehearsal"


class FormatPath(Words):
    """A file format that every table answers in."""

    regex = "csv|json"


class CodePath(Words):
    """The code of an area or an indicator."""

    regex = "[A-Za-z][A-Za-z0-9_]{0,31}"


class PeriodPath:
    """An SDMX time period."""

    regex = r"\d{4}(?:-(?:S[12]|Q[1-4]|0[1-9]|1[0-2]))?"

    def to_python(self, value: str) -> Period:
        """Return the period."""
        return Period.parse(value)

    def to_url(self, value: object) -> str:
        """Return the text of a period."""
        return str(value)
