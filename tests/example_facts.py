"""Facts for the tests of validation and indicators: the example return of the domain reference, and hand-made returns."""

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from xinqu.engines.facts import rows_to_facts
from xinqu.engines.record_facts import records_to_facts
from xinqu.policy.load import load_pack
from xinqu.policy.pack import Pack
from xinqu.vocabulary.canonical import canonical_json
from xinqu.vocabulary.periods import Frequency, Period
from xinqu.vocabulary.truth import ValueState

DATA = Path(__file__).parent / "data"
NOW = {
    Frequency.MONTHLY: "2024-12", Frequency.QUARTERLY: "2024-Q4", Frequency.HALF_YEAR: "2024-S2", Frequency.ANNUAL: "2024",
}  # fmt: skip
STATES = {state.value for state in ValueState}


@functools.cache
def pack() -> Pack:
    return load_pack()


def made(form: str, returns: list[dict[str, object]]) -> pl.DataFrame:
    """Return the facts frame of hand-made returns.

    A return names area, period, and optionally sub_unit, scope, origin, half; every other key is an item with its
    value, or with a state such as ``missing``. ``scopes`` and ``origins`` give those of single items.
    """
    if pack().forms[form].kind == "record":
        return made_records(form, returns)
    lines = []
    for number, one in enumerate(returns):
        head = {"sub_unit": "", "scope": "S4", "origin": "reported", "half": "0", "scopes": {}, "origins": {}} | one
        known = {"area", "period", *("sub_unit", "scope", "origin", "half", "scopes", "origins", "row", "submission")}
        for item, value in one.items():
            if item not in known:
                reported = value not in STATES
                lines.append(
                    {
                        "area": head["area"], "sub_unit": head["sub_unit"], "period": head["period"],
                        "submission": head.get("submission", f"{form}/{head['area']}/{head['sub_unit']}/{head['period']}"),
                        "event": number, "item": item, "value": str(value) if reported else None,
                        "state": "reported" if reported else value, "half_digit": head["half"],
                        "scope": head["scopes"].get(item, head["scope"]), "origin": head["origins"].get(item, head["origin"]),
                    }
                )  # fmt: skip
    long = pl.DataFrame(lines, schema_overrides={"value": pl.String}, infer_schema_length=None)
    return rows_to_facts(pack(), form, long)


def made_records(form: str, records: list[dict[str, object]]) -> pl.DataFrame:
    """Return the facts frame of hand-made records: area, period, ``row``, items with their value or state."""
    definition, lines = pack().forms[form], []
    for number, one in enumerate(records):
        head = {"sub_unit": "", "scope": "S4", "origin": "reported", "row": 0, "event": number} | one
        head["submission"] = one.get("submission", f"{form}/{head['area']}/{head['period']}")
        values = {item.code: one.get(item.code, "missing") for item in definition.items}
        states = {code: value for code, value in values.items() if value in STATES and value != "missing"}
        texts = {code: None if value in STATES else str(value) for code, value in values.items()}
        kept = {
            name: head[name] for name in ("area", "sub_unit", "period", "submission", "event", "row", "scope", "origin")
        }
        lines.append(kept | texts | {"#states": canonical_json(states).decode() if states else ""})
    schema = dict.fromkeys([*(item.code for item in definition.items), "#states"], pl.String)
    return records_to_facts(pack(), form, pl.DataFrame(lines, schema_overrides=schema, infer_schema_length=None))


@functools.cache
def example_rows() -> Mapping[str, list[dict[str, str]]]:
    """Return the records of each form of ``example_return.csv``; an empty value is not applicable."""
    records: dict[str, dict[str, dict[str, str]]] = {}
    with (DATA / "example_return.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            values = records.setdefault(pack().form_of_item[line["code"]], {}).setdefault(line["row"], {})
            values[line["code"]] = line["value"] or "not_applicable"
    return {form: list(found.values()) for form, found in records.items()}


@functools.cache
def example_facts(*areas: str) -> Mapping[str, pl.DataFrame]:
    """Return the example filed by ``areas`` for the last period of 2024, the one before and that of a year before.

    A sub-unit files the same, so that prev = ly = latest = sub_sum = the value itself, as the reference assumes.
    """
    facts = {}
    for form, records in example_rows().items():
        definition = pack().forms[form]
        now = Period.parse(NOW[definition.frequency])
        periods = dict.fromkeys(str(period) for period in (now, definition.previous(now), now.last_year()))
        subs = ("", "park") if definition.kind == "area" else ("",)
        facts[form] = made(
            form,
            [
                {"area": area, "sub_unit": sub, "period": period, "row": number} | record
                for area in areas for sub in subs for period in periods for number, record in enumerate(records)
            ],
        )  # fmt: skip
    return facts


@functools.cache
def example_indicators() -> Mapping[str, float]:
    """Return the indicator values of ``example_indicators.csv``."""
    with (DATA / "example_indicators.csv").open(encoding="utf-8", newline="") as lines:
        return {line["id"]: float(line["value"]) for line in csv.DictReader(lines)}
