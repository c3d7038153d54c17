"""Named random draws: each name has a stream of its own, so that a new item never moves an old one."""

import zlib

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

PACE_YEARS = 5.0  # a pace of 1 closes a quarter of the gap to a goal in five years
PACE_SHARE = 0.25
_HALF_WAY_YEARS, _STEEPNESS, _FULL_PACE = 3.0, 1.1, 1.15
_SLOW, _STALLED = 0.16, 0.1  # share of the areas that fall behind a trajectory, and that stand still or slip


class Draws:
    """Draws of one seed for a list of areas; remembers the effect of each area as known truth.

    A stream is named by its item and starts from (seed, CRC-32 of the name): adding, dropping or reordering items
    leaves all other streams as they were.
    """

    def __init__(self, seed: int, areas: int) -> None:
        self._seed = seed
        self.areas = areas
        self.effects: dict[str, Array] = {}

    def stream(self, name: str) -> np.random.Generator:
        """Return the generator of ``name``, at its start."""
        return np.random.default_rng([self._seed, zlib.crc32(name.encode())])

    def spread(self, name: str, low: float, high: float) -> Array:
        """Return one value per area, evenly spread over low..high in random order; shape (areas,).

        Even spreading keeps peer groups of eight free of accidental outliers, which independent draws are not.
        """
        stream = self.stream(name)
        position = (stream.permutation(self.areas) + stream.random(self.areas)) / self.areas
        value: Array = low + (high - low) * position
        self.effects[name] = value
        return value

    def noise(self, name: str, columns: int, sigma: float) -> Array:
        """Return independent normal noise; shape (areas, columns), cut at two and a half sigma."""
        drawn = self.stream(f"{name}:noise").standard_normal((self.areas, columns))
        return np.clip(drawn, -2.5, 2.5) * sigma

    def pace(self, theme: str) -> Array:
        """Return how fast each area moves to its goal; 1 keeps a trajectory, some areas are slow, a few stand still."""
        stream = self.stream(f"{theme}:pace")
        pace = stream.uniform(0.95, 1.7, self.areas)
        order = stream.permutation(self.areas)
        slow, stalled = round(self.areas * _SLOW), round(self.areas * _STALLED)
        pace[order[:slow]] = stream.uniform(0.6, 0.86, slow)
        pace[order[slow : slow + stalled]] = stream.uniform(-0.3, 0.35, stalled)
        self.effects[f"{theme}:pace"] = pace
        return pace

    def toward(
        self, theme: str, base: Array, goal: float | Array, columns: int, years: int, *, rough: float = 0.02
    ) -> Array:
        """Return paths from ``base`` (at the end of the first year) towards ``goal``; shape (areas, columns).

        Args:
            theme: name of the stream; its pace is known truth.
            base: shape (areas,).
            goal: where a pace of 1 would arrive after twenty years; one for all or one per area.
            columns: periods, equally many in each of ``years``.
            years: years covered.
            rough: noise per period as a share of the way of one year.
        """
        per_year = columns // years
        elapsed = (np.arange(columns) - (per_year - 1)) / per_year
        way = (goal - base) * PACE_SHARE * self.pace(theme)
        noise = self.noise(theme, columns, rough) * (goal - base)[:, None] * PACE_SHARE / PACE_YEARS
        path: Array = base[:, None] + way[:, None] * elapsed / PACE_YEARS + noise
        return path

    def adopt(self, theme: str, base: Array, goal: float, columns: int, years: int) -> Array:
        """Return S-shaped paths of something being taken up, half way in the third year; shape (areas, columns).

        A pace of 1.15 or more arrives; slower areas stop short, those that stand still hardly start.
        """
        per_year = columns // years
        elapsed = (np.arange(columns) - (per_year - 1)) / per_year
        taken_up = 1 / (1 + np.exp(-_STEEPNESS * (elapsed - _HALF_WAY_YEARS)))
        reach = np.clip(self.pace(theme) / _FULL_PACE, 0.0, 1.05)
        path: Array = base[:, None] + ((goal - base) * reach)[:, None] * taken_up
        return path + self.noise(theme, columns, 0.01) * (goal - base)[:, None]
