"""The world that all forms are filled from: latent series, and the one way from a latent number to a reported one."""

from dataclasses import dataclass

import numpy as np

from xinqu.rehearsal.draws import Array, Draws
from xinqu.rehearsal.economy import MONTH_FLAT, Economy, spread_over_months
from xinqu.rehearsal.grid import MONTHS, Grid
from xinqu.rehearsal.stories import Stories
from xinqu.rehearsal.territory import Territory


@dataclass(frozen=True)
class World:
    """Latent series by area, and the reporting units they are reported for.

    ``unit_area`` names the area (row) of each unit and ``unit_share`` its part of the area: one unit with share 1 per
    area, or the sub-units that file at a larger scale. Latent arrays have areas as rows, reported ones units.
    """

    grid: Grid
    draws: Draws
    profile: dict[str, Array]
    cycle: dict[str, Array]
    economy: Economy
    territory: Territory
    stories: Stories
    land_ratio: Array  # (areas, months): land of the reporting scope against the first one
    unit_area: np.ndarray[tuple[int], np.dtype[np.int64]]
    unit_share: Array

    @property
    def years(self) -> int:
        """Years of the grid."""
        return self.grid.years

    @property
    def size(self) -> Array:
        """How large an area is, 1 for a product of 100 billion yuan, grown with the square root; shape (areas, 1)."""
        root: Array = np.sqrt(self.economy.gdp[:, :1] / 1e7)
        return root

    def amount(self, latent: Array, digits: int = 0) -> Array:
        """Report an extensive quantity of the territory: cut to the unit, on the scope of the period, rounded."""
        ratio = self.land_ratio[:, self.grid.ends(latent.shape[1])]
        return np.round((latent * ratio)[self.unit_area] * self.unit_share[:, None], digits)

    def count(self, latent: Array, digits: int = 0) -> Array:
        """Report what the committee keeps, such as powers or posts: cut to the unit; a new scope does not change it."""
        return np.round(latent[self.unit_area] * self.unit_share[:, None], digits)

    def rate(self, latent: Array, digits: int = 1) -> Array:
        """Report an intensive quantity: the same in every unit of the area."""
        return np.round(latent[self.unit_area], digits)

    def only(self, reported: Array, flag: str) -> Array:
        """Leave a reported item blank (not applicable) where the profile says the area has no such thing."""
        has = self.profile[flag][self.unit_area] > 0
        return np.where(has[:, None], reported, np.nan)

    def share(self, name: str, low: float, high: float, columns: int, *, sigma: float = 0.004) -> Array:
        """A share or ratio that differs between areas and wanders little; shape (areas, columns), kept in low..high."""
        path = self.draws.spread(name, low, high)[:, None] + self.draws.noise(name, columns, sigma)
        return np.clip(path, low, high)

    def toward(self, theme: str, low: float, high: float, goal: float, columns: int, *, rough: float = 0.3) -> Array:
        """A path from a first value in low..high towards ``goal`` at the pace of the area; shape (areas, columns)."""
        base = self.draws.spread(theme, low, high)
        return self.draws.toward(theme, base, goal, columns, self.years, rough=rough)

    def adopting(self, theme: str, low: float, high: float, goal: float, columns: int) -> Array:
        """An S-shaped path from a first value in low..high to ``goal``, as far as the pace of the area carries."""
        return self.draws.adopt(theme, self.draws.spread(theme, low, high), goal, columns, self.years)

    def rising(self, name: str, low: float, high: float, growth: float, columns: int, *, rough: float = 0.0) -> Array:
        """A number that grows by ``growth`` a year, by area a little more or less; shape (areas, columns)."""
        base = self.draws.spread(name, low, high)[:, None]
        rate = growth * self.draws.spread(f"{name}:growth", 0.6, 1.4)[:, None]
        elapsed = np.arange(columns) * self.years / columns
        path: Array = base * np.exp(rate * elapsed + self.draws.noise(name, columns, rough))
        return path

    def rare(self, name: str, columns: int, chance: float) -> Array:
        """1 where something happens that seldom does, else 0; shape (areas, columns)."""
        drawn = self.draws.stream(name).random((self.draws.areas, columns))
        return (drawn < chance).astype(np.float64)

    def months(self, name: str, yearly: Array, weights: Array = MONTH_FLAT, rough: float = 0.04) -> Array:
        """Spread yearly amounts over months, year to date; shape (areas, months)."""
        return spread_over_months(self.draws, name, yearly, weights, rough)

    def at(self, shorter: Array, columns: int) -> Array:
        """Pick the last of the shorter periods within each of ``columns`` longer ones."""
        step = shorter.shape[1] // columns
        return shorter[:, step - 1 :: step]

    def stretch(self, yearly: Array, columns: int) -> Array:
        """Repeat yearly values for each period of the year."""
        return np.repeat(yearly, columns // self.years, axis=1)

    @property
    def quarters(self) -> int:
        """Quarters of the grid."""
        return 4 * self.years

    @property
    def halves(self) -> int:
        """Half-years of the grid."""
        return 2 * self.years

    @property
    def all_months(self) -> int:
        """Months of the grid."""
        return MONTHS * self.years
