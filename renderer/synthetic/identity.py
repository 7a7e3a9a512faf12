"""Identity of a synthetic presenter: sex, age, descent, build and many small features, all sampled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from renderer.synthetic.assets import list_target_names

RACES = ("african", "asian", "caucasian")

# How far the features of a region may go at most, and how often one is chosen.
_REGIONS = {
    "head": 0.55,
    "forehead": 0.6,
    "eyebrows": 0.6,
    "nose": 0.6,
    "mouth": 0.5,
    "chin": 0.6,
    "cheek": 0.6,
    "ears": 0.4,
    "eyes": 0.35,
    "neck": 0.4,
}
_CHOSEN = 0.55
# These move a feature away from where its neighbours (teeth, eyeballs, neck) expect it, or age the mesh.
_LEFT_OUT = (
    "age-", "trans-", "double", "scale-depth", "push1", "push2", "measure-",
    "mouth-scale-depth", "prognathism", "lowerlip-middle", "upperlip-middle",
    "lowerlip-ext", "upperlip-ext", "eye-scale-decr",
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """``male``, ``age``, ``muscle`` and ``weight`` 0..1 (age: young adult to old); ``race`` sums to 1.

    ``details`` are further target names with their strength 0..1.
    """

    male: float
    age: float
    race: tuple[float, float, float]  # in the order of RACES
    muscle: float = 0.5
    weight: float = 0.5
    details: Mapping[str, float] = field(default_factory=dict)

    def compute_targets(self) -> dict[str, float]:
        """Every target of this person by name, with its strength."""
        strengths = dict(self._compute_macro_targets())
        for name, strength in self.details.items():
            strengths[name] = strengths.get(name, 0.0) + strength
        return {name: strength for name, strength in strengths.items() if strength > 1e-3}

    def _compute_macro_targets(self) -> Iterator[tuple[str, float]]:
        sexes = (("female", 1 - self.male), ("male", self.male))
        ages = (("young", 1 - self.age), ("old", self.age))
        for (sex, a), (age, b), (race, c) in product(sexes, ages, zip(RACES, self.race, strict=True)):
            yield f"macrodetails/{race}-{sex}-{age}", a * b * c
        muscles, weights = _split_thirds(self.muscle, "muscle"), _split_thirds(self.weight, "weight")
        for (sex, a), (age, b), (muscle, c), (weight, d) in product(sexes, ages, muscles, weights):
            yield f"macrodetails/universal-{sex}-{age}-{muscle}-{weight}", a * b * c * d


def create_average_identity() -> Identity:
    """The average identity, on whose face the landmarks are bound."""
    return Identity(male=0.5, age=0.2, race=(1 / 3, 1 / 3, 1 / 3))


def sample_identity(rng: np.random.Generator) -> Identity:
    """A plausible adult who is nobody: mixes are convex, features small and many."""
    male = float(np.clip(rng.choice([0.06, 0.94]) + rng.normal(0, 0.06), 0, 1))
    race = rng.dirichlet([0.6, 0.6, 0.6])
    return Identity(
        male=male,
        age=float(0.75 * rng.random() ** 1.6),
        race=(float(race[0]), float(race[1]), float(race[2])),
        muscle=float(rng.uniform(0.3, 0.7)),
        weight=float(rng.uniform(0.3, 0.8)),
        details=_sample_details(rng),
    )


def _sample_details(rng: np.random.Generator) -> dict[str, float]:
    details: dict[str, float] = {}
    for region, most in _REGIONS.items():
        for choices in _group_features(region).values():
            wanted, choice = rng.random() < _CHOSEN, rng.integers(len(choices))
            strength = min(abs(float(rng.normal(0, 0.45 * most))), most)
            if wanted:
                details.update(dict.fromkeys(choices[choice], strength))
    return details


def _group_features(region: str) -> dict[str, list[list[str]]]:
    """Feature → its ways ("incr", "decr", ...), each with the one or two (left and right) targets of it."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in list_target_names(region):
        if not any(part in name for part in _LEFT_OUT):
            feature, _, way = name.rpartition("/")[2].removeprefix("l-").removeprefix("r-").rpartition("-")
            found.setdefault(feature, {}).setdefault(way, []).append(name)
    return {feature: list(ways.values()) for feature, ways in sorted(found.items())}


def _split_thirds(value: float, kind: str) -> tuple[tuple[str, float], ...]:
    low, high = max(0.0, 1 - 2 * value), max(0.0, 2 * value - 1)
    return ((f"min{kind}", low), (f"average{kind}", 1 - low - high), (f"max{kind}", high))
