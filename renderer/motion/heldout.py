"""How well a take's own lips are found from its own sound, on parts of the take that were not learned from.

    python -m renderer.motion.heldout TAKE [--folds 4] [--track FILE] [--phones FILE]

Each fold is spoken by styles that were learned from the others: from phones alone, with the sound, and with
the second ear. Lips are compared as points on the take's own heads, without pictures: r is Pearson's
correlation of the gap between the lips over the face's width, gain the ratio of their spreads. The last
quarter is spoken by what the first three taught. Without ``--phones`` they are heard in the sound of each
part alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import BakeConfig
from renderer.motion.adapt import TRUSTS, trusting, with_flow
from renderer.motion.measures import aperture
from renderer.motion.motion import speak_motion
from renderer.motion.style import MotionStyle, fit_style
from renderer.mouth.faces import lower_faces, see
from renderer.speech.recording import hear
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import TakeReader, read_sound
from renderer.weights import base_motion

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Spoken:
    """A take's points [n, 478, 2] in crop space with its sound, whose phones were heard or are known."""

    points: Floats
    ok: npt.NDArray[np.bool_]
    fps: Fraction
    phones: tuple[Phone, ...]
    samples: Floats | None
    sound: Floats

    def without(self, start: int, stop: int) -> Spoken:
        """The take as if frames ``start`` to ``stop`` had never been recorded."""
        return self._of([(a, b) for a, b in ((0, start), (stop, len(self.points))) if b > a])

    def only(self, start: int, stop: int) -> Spoken:
        """The take as if nothing but frames ``start`` to ``stop`` had been recorded."""
        return self._of([(start, stop)])

    def _of(self, kept: list[tuple[int, int]]) -> Spoken:
        """Parts end to end. Known phones are cut; others are heard in these parts alone."""
        frames = np.concatenate([np.arange(a, b) for a, b in kept])
        phones: list[Phone] = []
        samples, now_s = [], 0.0
        for a, b in kept:
            first_s, last_s = a / float(self.fps), b / float(self.fps)
            phones += _cut(self.phones, first_s, last_s, now_s)
            samples.append(self.sound[round(first_s * SOUND_RATE_HZ) : round(last_s * SOUND_RATE_HZ)])
            now_s += last_s - first_s
        sound = np.concatenate(samples)
        known = self.samples is None
        said = tuple(phones) if known else hear(sound, SOUND_RATE_HZ)
        return Spoken(
            self.points[frames], self.ok[frames], self.fps, said, None if known else sound, sound
        )  # fmt: skip


def take_of(path: Path, track: Path | None, phones: tuple[Phone, ...] | None) -> Spoken:
    """Tracks a take and listens to it; with ``phones`` these are believed instead. Raises RenderError."""
    with TakeReader(path) as reader:
        faces = lower_faces(reader, see(reader, track), BakeConfig().crop_px)
        fps = reader.facts.fps
    sound = read_sound(path)
    if sound is None:
        sound = np.zeros(0, np.float32)
    heard = phones is None
    said = hear(sound, SOUND_RATE_HZ) if phones is None else phones
    return Spoken(faces.points, faces.ok, fps, said, sound if heard else None, sound)


def fold_apertures(take: Spoken, start: int, stop: int) -> dict[str, Floats]:
    """Apertures [stop - start] of a part, by the style that spoke it; what was learned is all the rest."""
    known, asked = take.without(start, stop), take.only(start, stop)
    plain = fit_style(known.points, known.ok, known.fps, known.phones, known.samples)
    styles = {"phones": replace(plain, heard=None), "with sound": plain}
    base = base_motion()
    if base is not None and known.samples is not None:
        of = (plain, known.points, known.ok, known.fps, known.phones, known.samples, base)
        styles |= {f"trust {trust:g}": trusting(*of, trust)[0] for trust in TRUSTS if trust}
        styles["chosen"] = with_flow(*of)
    return {name: _aperture(asked, style) for name, style in styles.items()}


def _aperture(asked: Spoken, style: MotionStyle) -> Floats:
    motion = speak_motion(
        asked.phones, len(asked.points), asked.fps, style, start_s=style.lag_s, samples=asked.samples
    )
    return aperture(style.space.decode(motion, asked.points))


def report(take: Spoken, folds: int) -> Iterator[str]:
    """Lines to print."""
    truth = aperture(take.points)
    count = len(truth)
    bounds = np.linspace(0, count, folds + 1).astype(int).tolist()
    parts = [fold_apertures(take, start, stop) for start, stop in pairwise(bounds)]
    last = fold_apertures(take, round(0.75 * count), count)
    for name, quarter in last.items():
        whole = np.concatenate([part[name] for part in parts])
        yield f"{name}: {folds} folds {_agreement(whole, truth)}; last quarter " + _agreement(
            quarter, truth[-len(quarter) :]
        )


def _agreement(guess: Floats, truth: Floats) -> str:
    return f"r {np.corrcoef(guess, truth)[0, 1]:.3f} gain {guess.std() / truth.std():.2f}"


def _cut(phones: tuple[Phone, ...], first_s: float, last_s: float, now_s: float) -> list[Phone]:
    by_s = now_s - first_s
    return [
        replace(p, start_s=max(p.start_s, first_s) + by_s, end_s=min(p.end_s, last_s) + by_s)
        for p in phones
        if p.end_s > first_s and p.start_s < last_s
    ]


def main(arguments: list[str]) -> int:
    """Prints the report of one take; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m renderer.motion.heldout", description=__doc__)
    parser.add_argument("take", type=Path)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--track", type=Path, help="a file that keeps the track for the next time")
    parser.add_argument("--phones", type=Path, help="JSON [[symbol, start_s, end_s, stress], ...] to believe")
    asked = parser.parse_args(arguments)
    phones = None
    if asked.phones:
        phones = tuple(Phone(*row) for row in json.loads(asked.phones.read_text(encoding="utf-8")))
    for line in report(take_of(asked.take, asked.track, phones), asked.folds):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
